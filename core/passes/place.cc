#include "core/passes/place.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/logging.h"
#include "core/base/status.h"
#include "core/passes/colocation.h"
#include "core/passes/kernel_support.h"

namespace millrace {
namespace {

// What the nodes of one colocation group want together.
struct Group {
  DeviceName request;
  const Node* requester = nullptr;  // the first node that asked for a device
  int num_members = 0;
  uint64_t supported = ~uint64_t{0};  // device types that have kernels for all of them
  int device = -1;
  bool soft = false;  // another device than was asked for
};

bool MakesHandle(const Node& node) {
  for (int i = 0; i < node.num_inputs(); ++i) {
    if (node.input_type(i) == DType::kResource || IsRef(node.input_type(i))) return false;
  }
  for (int i = 0; i < node.num_outputs(); ++i) {
    if (node.output_type(i) == DType::kResource || IsRef(node.output_type(i))) return true;
  }
  return false;
}

bool IsArgOrRetval(const Node& node) { return node.type() == "_Arg" || node.type() == "_Retval"; }

bool IsMetadata(const Node& node) {
  return node.num_inputs() == 1 &&
         (node.type() == "Shape" || node.type() == "Size" || node.type() == "Rank");
}

bool IsGenerator(const Node& node) {
  return node.num_inputs() == 0 && node.num_outputs() == 1 && !node.op().is_stateful;
}

class Placer {
 public:
  Placer(const CompileOptions& options, StepGraph* step)
      : options_(options),
        graph_(*step->graph),
        calls_(graph_.registry()),
        support_(graph_.registry(), options.devices),
        groups_(graph_.num_node_ids()),
        info_(graph_.num_node_ids()),
        devices_(graph_.num_node_ids(), -1) {}

  absl::StatusOr<std::vector<int>> Run(PlacementReport* report);

 private:
  absl::StatusOr<const DeviceName*> Parsed(const Node& node);
  absl::Status AddRequests(bool of_handle_makers);
  absl::Status AddRequest(const Node& node, const DeviceName& request);
  int Choose(const DeviceName& request, uint64_t supported) const;
  absl::Status ChooseForGroup(const Node& first, Group* group);
  absl::Status NoDevice(const Node& node, const DeviceName& request, absl::string_view why) const;
  bool FollowsNeighbours(const Node& node);
  int DeviceOfNeighbours(const Node& node);
  int CpuNear(const Node& node) const;
  std::string Reason(const Node& node);
  void AddToReport(PlacementReport* report);
  void LogSoftPlacement();

  Group& GroupOf(const Node& node) { return info_[groups_.Find(node.id())]; }

  const CompileOptions& options_;
  Graph& graph_;
  CallClassifier calls_;
  KernelSupport support_;
  ColocationGroups groups_;
  std::vector<Group> info_;   // by the id that stands for a group
  std::vector<int> devices_;  // by node id
  absl::flat_hash_map<std::string, DeviceName> parsed_;
};

absl::StatusOr<const DeviceName*> Placer::Parsed(const Node& node) {
  const std::string& text =
      node.assigned_device().empty() ? node.requested_device() : node.assigned_device();
  if (text.empty()) return nullptr;
  const auto [it, is_new] = parsed_.try_emplace(text);
  if (!is_new) return &it->second;
  absl::StatusOr<DeviceName> name = DeviceName::Parse(text);
  if (!name.ok()) return Annotate(name.status(), node.Describe());
  it->second = *std::move(name);
  return &it->second;
}

absl::Status Placer::AddRequest(const Node& node, const DeviceName& request) {
  Group& group = GroupOf(node);
  if (group.requester == nullptr) {
    group.request = request;
    group.requester = &node;
    return absl::OkStatus();
  }
  const absl::Status merged = group.request.Merge(request);
  if (merged.ok()) return absl::OkStatus();
  if (options_.allow_soft_placement) {
    group.soft = true;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("Cannot colocate nodes ", node.Describe(), " and ", group.requester->Describe(),
                   " because they ask for different devices: ", merged.message()));
}

absl::Status Placer::AddRequests(bool of_handle_makers) {
  for (const auto& node : graph_.nodes()) {
    if (node == nullptr || MakesHandle(*node) != of_handle_makers) continue;
    if (!IsArgOrRetval(*node)) {
      Group& group = GroupOf(*node);
      ++group.num_members;
      group.supported &= support_.Supported(*node);
    } else if (node->assigned_device().empty()) {
      continue;
    }
    MR_ASSIGN_OR_RETURN(const DeviceName* request, Parsed(*node));
    if (request != nullptr) MR_RETURN_IF_ERROR(AddRequest(*node, *request));
  }
  return absl::OkStatus();
}

// The best device that matches; -1 if none does.
int Placer::Choose(const DeviceName& request, uint64_t supported) const {
  const std::vector<DeviceInfo>& all = options_.devices;
  int best = -1;
  bool best_is_near = false;
  for (size_t i = 0; i < all.size(); ++i) {
    if ((support_.TypeBit(static_cast<int>(i)) & supported) == 0) continue;
    if (!request.Matches(all[i].name)) continue;
    const bool is_near = all[i].name.SameTask(all[options_.default_device].name);
    const bool is_default = static_cast<int>(i) == options_.default_device;
    if (best < 0 || is_near > best_is_near ||
        (is_near == best_is_near && (all[i].priority > all[best].priority ||
                                     (is_default && all[i].priority == all[best].priority)))) {
      best = static_cast<int>(i);
      best_is_near = is_near;
    }
  }
  return best;
}

absl::Status Placer::NoDevice(const Node& node, const DeviceName& request,
                              absl::string_view why) const {
  const std::string asked = request.ToString();
  return absl::InvalidArgumentError(absl::StrCat(
      "Cannot assign a device for operation ", node.name(), ": ", node.Describe(),
      asked.empty() ? "" : absl::StrCat(" was asked to be on ", asked), ", but ", why,
      "; available devices are [ ",
      absl::StrJoin(options_.devices, ", ",
                    [](std::string* out, const DeviceInfo& d) { out->append(d.full_name); }),
      " ]"));
}

absl::Status Placer::ChooseForGroup(const Node& first, Group* group) {
  const Node& node = group->requester != nullptr ? *group->requester : first;
  group->device = Choose(group->request, group->supported);
  if (group->device >= 0) return absl::OkStatus();
  DeviceName task = group->request;
  task.type.reset();
  task.id.reset();
  if (options_.allow_soft_placement) {
    group->device = Choose(task, group->supported);
    group->soft = true;
    if (group->device >= 0) return absl::OkStatus();
  }
  constexpr uint64_t kAny = ~uint64_t{0};
  if (Choose(options_.allow_soft_placement ? task : group->request, kAny) < 0) {
    return NoDevice(node, group->request,
                    "no device matching that specification is registered. Make sure that the "
                    "specification refers to a valid device");
  }
  for (const auto& member : graph_.nodes()) {
    if (member == nullptr || &GroupOf(*member) != group) continue;
    if (Choose(task, support_.Supported(*member)) < 0 || group->num_members == 1) {
      return NoDevice(
          *member, group->request,
          absl::StrCat("no kernel is registered there: ", support_.WhyUnsupported(*member)));
    }
  }
  return NoDevice(node, group->request,
                  "no device type has kernels for all nodes that are colocated with it");
}

// Nodes that are free to go where others are.
bool Placer::FollowsNeighbours(const Node& node) {
  const Group& group = GroupOf(node);
  if (group.requester != nullptr || group.num_members > 1) return false;
  return IsGenerator(node) || IsMetadata(node) || calls_.Classify(node) != CallKind::kNone;
}

// -1 if they are not all on one device.
int Placer::DeviceOfNeighbours(const Node& node) {
  int device = -1;
  const auto is_another = [&](const Node* neighbour) {
    const int d = devices_[neighbour->id()];
    if (device < 0) device = d;
    return d < 0 || d != device;
  };
  if (IsMetadata(node)) return devices_[node.input(0).node->id()];
  if (IsGenerator(node)) {
    for (const Use& use : node.uses()) {
      if (is_another(use.dst)) return -1;
    }
    return device;
  }
  for (int i = 0; i < node.num_inputs(); ++i) {
    if (node.input_type(i) != DType::kResource) continue;
    if (is_another(HandleSource(node.input(i), &calls_).node)) return -1;
  }
  return device;
}

// A CPU in the task of the first node that `node`, an `_Arg` or `_Retval`, is joined to.
int Placer::CpuNear(const Node& node) const {
  const Node* neighbour = nullptr;
  if (node.num_inputs() > 0) {
    neighbour = node.input(0).node;
  } else if (!node.uses().empty()) {
    neighbour = node.uses()[0].dst;
  }
  int near = neighbour != nullptr ? devices_[neighbour->id()] : -1;
  if (near < 0) near = options_.default_device;
  const std::vector<DeviceInfo>& all = options_.devices;
  if (all[near].name.type == "CPU") return near;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name.type == "CPU" && all[i].name.SameTask(all[near].name)) {
      return static_cast<int>(i);
    }
  }
  return 0;
}

std::string Placer::Reason(const Node& node) {
  const Group& group = GroupOf(node);
  std::string reason;
  if (IsArgOrRetval(node)) {
    reason = "the host of what it is joined to";
  } else if (group.requester == &node) {
    reason = absl::StrCat("asked for ", node.requested_device());
  } else if (group.requester != nullptr) {
    reason = absl::StrCat("colocated with ", group.requester->name(), ", which asked for ",
                          group.requester->requested_device());
  } else if (group.num_members > 1) {
    reason = absl::StrCat("colocated with ", graph_.nodes()[groups_.Find(node.id())]->name());
  } else {
    reason = group.device < 0 ? "where its neighbours are" : "default device";
  }
  return absl::StrCat(reason, group.soft ? " (soft placement)" : "");
}

void Placer::AddToReport(PlacementReport* report) {
  for (const auto& node : graph_.nodes()) {
    if (node == nullptr) continue;
    report->entries.push_back({node->name(), node->type(),
                               options_.devices[devices_[node->id()]].full_name, Reason(*node)});
  }
}

// One line a step, whatever its size.
void Placer::LogSoftPlacement() {
  int num_groups = 0;
  const Group* first = nullptr;
  for (const Group& group : info_) {
    if (!group.soft || group.requester == nullptr) continue;
    // Members that asked for another place than the one their resource has do not count.
    if (group.request.Matches(options_.devices[group.device].name)) continue;
    ++num_groups;
    if (first == nullptr) first = &group;
  }
  if (first == nullptr) return;
  MR_LOG(WARNING) << "soft placement: " << num_groups
                  << " groups of nodes are not on the device they asked for, first "
                  << first->requester->Describe() << ", which asked for "
                  << first->requester->requested_device() << " and is on "
                  << options_.devices[first->device].full_name;
}

absl::StatusOr<std::vector<int>> Placer::Run(PlacementReport* report) {
  if (options_.devices.empty()) return absl::InvalidArgumentError("There are no devices");
  groups_ = FindColocationGroups(graph_, &calls_);
  MR_RETURN_IF_ERROR(AddRequests(/*of_handle_makers=*/true));
  MR_RETURN_IF_ERROR(AddRequests(/*of_handle_makers=*/false));
  const bool one_device = options_.devices.size() == 1;
  std::vector<const Node*> followers, ends;
  for (const auto& node : graph_.nodes()) {
    if (node == nullptr) continue;
    Group& group = GroupOf(*node);
    if (IsArgOrRetval(*node) && group.num_members == 0 && group.requester == nullptr) {
      ends.push_back(node.get());
    } else if (!one_device && FollowsNeighbours(*node)) {
      followers.push_back(node.get());
    } else {
      if (group.device < 0) MR_RETURN_IF_ERROR(ChooseForGroup(*node, &group));
      devices_[node->id()] = group.device;
    }
  }
  for (const Node* node : followers) {
    Group& group = GroupOf(*node);
    const int device = DeviceOfNeighbours(*node);
    if (device >= 0 && (support_.TypeBit(device) & group.supported) != 0) {
      devices_[node->id()] = device;
      continue;
    }
    MR_RETURN_IF_ERROR(ChooseForGroup(*node, &group));
    devices_[node->id()] = group.device;
  }
  for (const Node* node : ends) devices_[node->id()] = CpuNear(*node);
  for (const auto& node : graph_.nodes()) {
    if (node == nullptr) continue;
    graph_.SetAssignedDevice(node.get(), options_.devices[devices_[node->id()]].full_name);
  }
  LogSoftPlacement();
  if (options_.log_placement) AddToReport(report);
  return std::move(devices_);
}

}  // namespace

absl::StatusOr<std::vector<int>> Place(const CompileOptions& options, StepGraph* step,
                                       PlacementReport* report) {
  return Placer(options, step).Run(report);
}

}  // namespace millrace
