#include "core/runtime/plan_builder.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/runtime/frame_graph.h"
#include "core/runtime/memory_kinds.h"
#include "core/runtime/plan_layout.h"

namespace millrace {
namespace {

bool Is(const Node& node, absl::string_view op) { return node.type() == op; }

// Whether the kernel of a node keeps something from step to step. What passes add (`_Send`) and
// what calls functions has a name that means something else in another step.
bool KeepsState(const Node& node) {
  if (!node.op().is_stateful || node.type()[0] == '_') return false;
  return std::none_of(node.op().attrs.begin(), node.op().attrs.end(), [](const AttrDef& attr) {
    return attr.kind == AttrKind::kFunction || attr.kind == AttrKind::kListFunction;
  });
}

class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, Device* device, FunctionRuntime* functions, KernelCache* kernels)
      : graph_(graph), device_(device), functions_(functions), kernels_(kernels) {}

  absl::StatusOr<std::vector<PlanItem>> Build() {
    MR_ASSIGN_OR_RETURN(const std::vector<Node*> order, graph_.TopologicalOrder());
    item_of_.assign(graph_.num_node_ids(), -1);
    if (device_->is_host()) {
      // No copies come between: known beforehand, also for the back edges of loops.
      for (size_t i = 0; i < order.size(); ++i) item_of_[order[i]->id()] = static_cast<int32_t>(i);
    }
    items_.reserve(order.size());
    for (const Node* node : order) MR_RETURN_IF_ERROR(AddNode(*node));
    return std::move(items_);
  }

 private:
  absl::Status AddNode(const Node& node) {
    PlanItem item;
    item.node = &node;
    KernelMemory memory;
    if (Is(node, "_Arg") || Is(node, "_Retval")) {
      item.kind = Is(node, "_Arg") ? PlanItem::kArg : PlanItem::kResult;
      MR_RETURN_IF_ERROR(ReadIndex(node, &item.index));
      memory = {MemoryKinds(node.num_inputs(), MemoryKind::kEither),
                MemoryKinds(node.num_outputs(), MemoryKind::kEither)};
    } else if (!Is(node, "NoOp")) {
      MR_RETURN_IF_ERROR(AddKernel(node, &item, &memory));
    }
    MR_RETURN_IF_ERROR(AddInputs(node, memory.inputs, &item));
    for (int i = 0; i < node.num_outputs(); ++i) {
      // What a reference points to is behind a handle at run time.
      item.output_types.push_back(IsRef(node.output_type(i)) ? DType::kResource
                                                             : node.output_type(i));
      if (i < 64 && memory.outputs[i] == MemoryKind::kHost) item.host_outputs |= uint64_t{1} << i;
    }
    item_of_[node.id()] = static_cast<int32_t>(items_.size());
    if (!device_->is_host()) output_memory_[item_of_[node.id()]] = std::move(memory.outputs);
    items_.push_back(std::move(item));
    return absl::OkStatus();
  }

  absl::Status ReadIndex(const Node& node, int32_t* index) {
    int64_t value = -1;
    MR_RETURN_IF_ERROR(Annotate(node.GetAttr("index", &value), node.Describe()));
    constexpr int64_t kMaxIndex = 1 << 20;  // results are returned in a vector of this size
    if (value < 0 || value > kMaxIndex) {
      return absl::InvalidArgumentError(
          absl::StrCat(node.Describe(), ": index ", value, " is out of range"));
    }
    *index = static_cast<int32_t>(value);
    return absl::OkStatus();
  }

  absl::Status AddKernel(const Node& node, PlanItem* item, KernelMemory* memory) {
    absl::StatusOr<KernelRegistration> registration =
        graph_.registry().FindKernel(node.op(), node.attrs(), device_->type());
    if (!registration.ok()) return Annotate(registration.status(), node.Describe());
    const auto make = [&] { return MakeKernel(node, *registration, device_, functions_); };
    if (KeepsState(node) && kernels_ != nullptr) {
      MR_ASSIGN_OR_RETURN(
          item->kernel,
          kernels_->GetOrMake(
              absl::StrCat(device_->full_name(), ";", node.name(), ";", node.type()), make));
    } else {
      MR_ASSIGN_OR_RETURN(item->kernel, make());
    }
    if (device_->is_host()) {
      *memory = {MemoryKinds(), MemoryKinds(node.num_outputs(), MemoryKind::kDevice)};
    } else {
      *memory = MemoryOf(node, *registration);
    }
    return absl::OkStatus();
  }

  absl::Status AddInputs(const Node& node, const MemoryKinds& memory, PlanItem* item) {
    for (int i = 0; i < node.num_inputs(); ++i) {
      const Endpoint source = node.input(i);
      if (source.node == nullptr) {
        return absl::InvalidArgumentError(
            absl::StrCat(node.Describe(), ": input ", i, " was never joined to anything"));
      }
      const int32_t from = item_of_[source.node->id()];
      if (from < 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            node.Describe(), " takes part in a loop, which this kind of plan does not run"));
      }
      PlanItem::Input input{from, source.index};
      if (!device_->is_host()) input = InMemory(input, memory[i]);
      item->inputs.push_back(input);
    }
    for (const Node* control : node.control_inputs()) {
      item->controls.push_back(item_of_[control->id()]);
    }
    return absl::OkStatus();
  }

  // `input`, or a copy of it in the kind of memory that is wanted.
  PlanItem::Input InMemory(PlanItem::Input input, MemoryKind wanted) {
    const MemoryKind found = output_memory_[input.item][input.output];
    if (wanted == MemoryKind::kEither || found == wanted) return input;
    const auto key = std::make_tuple(input.item, input.output, wanted);
    const auto [place, is_new] = copies_.try_emplace(key, static_cast<int32_t>(items_.size()));
    if (is_new) {
      PlanItem copy;
      copy.kernel = NewCopyKernel(wanted);
      copy.inputs.push_back(input);
      copy.output_types.push_back(items_[input.item].output_types[input.output]);
      output_memory_[place->second] = MemoryKinds(1, wanted);
      items_.push_back(std::move(copy));
    }
    return {place->second, 0};
  }

  const Graph& graph_;
  Device* const device_;
  FunctionRuntime* const functions_;
  KernelCache* const kernels_;
  std::vector<PlanItem> items_;
  std::vector<int32_t> item_of_;  // by node id
  // On devices with memory of their own, by item.
  absl::flat_hash_map<int32_t, MemoryKinds> output_memory_;
  absl::flat_hash_map<std::tuple<int32_t, int32_t, MemoryKind>, int32_t> copies_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Kernel>> MakeKernel(const Node& node,
                                                   const KernelRegistration& registration,
                                                   Device* device, FunctionRuntime* functions) {
  std::shared_ptr<Kernel> kernel =
      registration.make != nullptr ? (*registration.make)() : registration.factory();
  if (kernel == nullptr) {
    return absl::InternalError(absl::StrCat(node.Describe(), ": the kernel cannot be made"));
  }
  KernelConstruction construction(node.name(), node.type(), node.origin(), node.attrs(),
                                  node.input_types(), node.output_types(), device, functions);
  if (absl::Status status = kernel->Init(construction); !status.ok()) {
    return Annotate(status, node.Describe());
  }
  return kernel;
}

absl::StatusOr<std::unique_ptr<PlanImpl>> BuildPlan(std::unique_ptr<Graph> graph, Device* device,
                                                    FunctionRuntime* functions,
                                                    KernelCache* kernels) {
  PlanBuilder builder(*graph, device, functions, kernels);
  MR_ASSIGN_OR_RETURN(std::vector<PlanItem> items, builder.Build());
  auto plan = std::make_unique<PlanImpl>();
  if (HasFrames(*graph)) {
    if (!device->is_host()) {
      return absl::UnimplementedError(
          absl::StrCat("Switch, Merge, Enter, Exit and NextIteration run on CPUs only, not on ",
                       device->full_name(), ": use If and While"));
    }
    MR_ASSIGN_OR_RETURN(plan->frame_graph, BuildFrameGraph(items));
  }
  plan->device = device;
  plan->on_host = device->is_host();
  plan->name = absl::StrCat("A plan of ", items.size(), " nodes on ", device->full_name());
  plan->graph = std::move(graph);
  LayOut(std::move(items), plan.get());
  return plan;
}

}  // namespace millrace
