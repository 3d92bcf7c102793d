#include "core/graph/graph.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/function_library.h"
#include "core/graph/node_check.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

// "node 'x' (op: MatMul, defined at train.py:12)".
std::string DescribeNode(absl::string_view name, absl::string_view op, absl::string_view origin) {
  return absl::StrCat("node '", name, "' (op: ", op, origin.empty() ? "" : ", defined at ", origin,
                      ")");
}

}  // namespace

const HandleData* Node::output_handle(int i) const {
  if (i >= static_cast<int>(output_handles_.size()) || output_handles_[i].empty()) return nullptr;
  return &output_handles_[i];
}

std::string Node::Describe() const { return DescribeNode(name_, type(), origin_); }

Graph::Graph(const Registry* registry, std::shared_ptr<FunctionLibrary> library)
    : registry_(registry),
      library_(library ? std::move(library) : std::make_shared<FunctionLibrary>()) {}

Graph::~Graph() = default;

bool Graph::Contains(const Node* node) const {
  return node != nullptr && node->id_ >= 0 && node->id_ < num_node_ids() &&
         nodes_[node->id_].get() == node;
}

// ----- adding a node: everything is found out on a node that is not yet in the graph -----

absl::StatusOr<Node*> Graph::AddNode(NodeArgs args) {
  std::unique_ptr<Node> node(new Node);
  absl::Status status = CheckArgs(&args);
  if (status.ok()) status = FillNode(&args, node.get());
  if (!status.ok()) return Annotate(status, DescribeNode(args.name, args.op, args.origin));

  node->name_ = args.uniquify ? UniqueName(args.name) : std::move(args.name);
  Node* added = Insert(std::move(node));
  for (size_t i = 0; i < args.inputs.size(); ++i) {
    if (args.inputs[i].node != nullptr) Connect(added, static_cast<int>(i), args.inputs[i]);
  }
  absl::flat_hash_set<Node*> seen;
  added->control_inputs_.reserve(args.control_inputs.size());
  for (Node* from : args.control_inputs) {
    if (args.control_inputs.size() == 1 || seen.insert(from).second) ConnectControl(from, added);
  }
  return added;
}

absl::Status Graph::CheckArgs(NodeArgs* args) const {
  if (args->name.empty() && args->uniquify) args->name = args->op;
  const bool internal = args->internal_name || (!args->op.empty() && args->op[0] == '_');
  if (!IsValidNodeName(args->name, internal)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", args->name, "' is not a valid name of a node"));
  }
  if (!args->uniquify && by_name_.contains(args->name)) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a node named '", args->name, "' already"));
  }
  for (const Node* from : args->control_inputs) {
    if (!Contains(from)) {
      return absl::InvalidArgumentError("a control input is no node of this graph");
    }
  }
  if (args->inputs.empty()) args->inputs.resize(args->deferred_input_types.size());
  return absl::OkStatus();
}

absl::StatusOr<const OpSchema*> Graph::FindOp(const std::string& op, Node* node) const {
  if (const OpSchema* schema = registry_->Find(op)) return schema;
  if (std::shared_ptr<const FunctionSpec> function = library_->Find(op)) {
    node->owned_op_ = std::shared_ptr<const OpSchema>(function, &function->signature);
    return node->owned_op_.get();
  }
  return registry_->Lookup(op);
}

absl::Status Graph::CheckInputs(const NodeArgs& args, DTypeVector* types) const {
  const DTypeVector& deferred = args.deferred_input_types;
  if (!deferred.empty() && deferred.size() != args.inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat(args.inputs.size(), " inputs, but the types of ",
                                                   deferred.size(), " that are to come"));
  }
  for (size_t i = 0; i < args.inputs.size(); ++i) {
    const Endpoint e = args.inputs[i];
    if (e.node == nullptr && !deferred.empty()) {
      types->push_back(deferred[i]);
      continue;
    }
    if (!Contains(e.node)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input ", i, " comes from no node of this graph"));
    }
    if (e.index < 0 || e.index >= e.node->num_outputs()) {
      return absl::InvalidArgumentError(absl::StrCat("Input ", i, " is output ", e.index, " of ",
                                                     e.node->Describe(), ", which has ",
                                                     e.node->num_outputs(), " outputs"));
    }
    types->push_back(e.node->output_type(e.index));
  }
  return absl::OkStatus();
}

absl::Status Graph::FillNode(NodeArgs* args, Node* node) const {
  MR_ASSIGN_OR_RETURN(node->op_, FindOp(args->op, node));
  DTypeVector given;
  MR_RETURN_IF_ERROR(CheckInputs(*args, &given));
  node->attrs_ = std::move(args->attrs);
  MR_RETURN_IF_ERROR(
      CheckNode(*node->op_, given, &node->attrs_, &node->input_types_, &node->output_types_));
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(InferShapes(*node->op_, args->name, node->attrs_, args->inputs,
                                 node->input_types_, node->output_types_, &shapes,
                                 &node->output_handles_));
  node->output_shapes_.assign(std::make_move_iterator(shapes.begin()),
                              std::make_move_iterator(shapes.end()));
  node->requested_device_ = std::move(args->device);
  node->origin_ = std::move(args->origin);
  return absl::OkStatus();
}

Node* Graph::Insert(std::unique_ptr<Node> node) {
  Node* added = node.get();
  added->id_ = num_node_ids();
  added->inputs_.resize(added->input_types_.size());
  added->input_use_.resize(added->input_types_.size(), -1);
  by_name_.emplace(added->name_, added);
  nodes_.push_back(std::move(node));
  ++num_live_;
  ++version_;
  return added;
}

// ----- edges -----

void Graph::Connect(Node* dst, int i, Endpoint source) {
  dst->inputs_[i] = source;
  dst->input_use_[i] = static_cast<int>(source.node->uses_.size());
  source.node->uses_.push_back({dst, source.index, i});
  source.node->use_slot_.push_back(i);
}

void Graph::Disconnect(Node* dst, int i) {
  if (dst->inputs_[i].node == nullptr) return;
  EraseUse(dst->inputs_[i].node, dst->input_use_[i]);
  dst->inputs_[i] = {};
  dst->input_use_[i] = -1;
}

void Graph::ConnectControl(Node* from, Node* to) {
  from->use_slot_.push_back(static_cast<int>(to->control_inputs_.size()));
  to->control_use_.push_back(static_cast<int>(from->uses_.size()));
  to->control_inputs_.push_back(from);
  from->uses_.push_back({to, Use::kControl, Use::kControl});
}

void Graph::DisconnectControl(Node* to, int control_input) {
  EraseUse(to->control_inputs_[control_input], to->control_use_[control_input]);
  // The last one takes the place.
  const int last = static_cast<int>(to->control_inputs_.size()) - 1;
  if (control_input != last) {
    to->control_inputs_[control_input] = to->control_inputs_[last];
    to->control_use_[control_input] = to->control_use_[last];
    to->control_inputs_[control_input]->use_slot_[to->control_use_[control_input]] = control_input;
  }
  to->control_inputs_.pop_back();
  to->control_use_.pop_back();
}

void Graph::EraseUse(Node* src, int use) {
  const int last = static_cast<int>(src->uses_.size()) - 1;
  if (use != last) {
    const Use moved = src->uses_[use] = src->uses_[last];
    const int slot = src->use_slot_[use] = src->use_slot_[last];
    (moved.dst_input == Use::kControl ? moved.dst->control_use_[slot]
                                      : moved.dst->input_use_[slot]) = use;
  }
  src->uses_.pop_back();
  src->use_slot_.pop_back();
}

absl::Status Graph::SetInput(Node* node, int i, Endpoint source) {
  if (!Contains(node) || i < 0 || i >= node->num_inputs()) {
    return absl::InvalidArgumentError(absl::StrCat("There is no input ", i, " to set"));
  }
  if (source.node != nullptr) {
    if (!Contains(source.node) || source.index < 0 || source.index >= source.node->num_outputs()) {
      return absl::InvalidArgumentError(absl::StrCat("Input ", i, " of ", node->Describe(),
                                                     " cannot be joined to output ", source.index,
                                                     " of what has no such output"));
    }
    const DType found = source.node->output_type(source.index);
    const DType wanted = node->input_type(i);
    if (found != wanted && (IsRef(wanted) || BaseType(found) != wanted)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input ", i, " of ", node->Describe(), " was passed ", DTypeName(found), " from ",
          source.node->Describe(), " incompatible with expected ", DTypeName(wanted)));
    }
  }
  Disconnect(node, i);
  if (source.node != nullptr) Connect(node, i, source);
  ++version_;
  return absl::OkStatus();
}

void Graph::AddControlEdge(Node* from, Node* to) {
  // Whichever of the two lists is shorter tells.
  if (from->uses_.size() < to->control_inputs_.size()) {
    for (const Use& use : from->uses_) {
      if (use.dst == to && use.dst_input == Use::kControl) return;
    }
  } else if (absl::c_linear_search(to->control_inputs_, from)) {
    return;
  }
  ConnectControl(from, to);
  ++version_;
}

void Graph::RemoveControlEdge(Node* from, Node* to) {
  for (size_t u = 0; u < from->uses_.size() && u < to->control_inputs_.size(); ++u) {
    // Looks through both lists at once, so that the shorter one decides how long it takes.
    int slot = -1;
    if (to->control_inputs_[u] == from) slot = static_cast<int>(u);
    if (from->uses_[u].dst == to && from->uses_[u].dst_input == Use::kControl) {
      slot = from->use_slot_[u];
    }
    if (slot < 0) continue;
    DisconnectControl(to, slot);
    ++version_;
    return;
  }
}

void Graph::ReplaceUses(Endpoint from, Endpoint to) {
  if (from == to) return;
  // Backwards, since erasing a use moves the last one to its place.
  for (int u = static_cast<int>(from.node->uses_.size()) - 1; u >= 0; --u) {
    const Use use = from.node->uses_[u];
    if (use.output != from.index || use.dst_input == Use::kControl) continue;
    Disconnect(use.dst, use.dst_input);
    Connect(use.dst, use.dst_input, to);
  }
  ++version_;
}

void Graph::RemoveNode(Node* node) {
  while (!node->uses_.empty()) {
    const Use use = node->uses_.back();
    if (use.dst_input == Use::kControl) {
      DisconnectControl(use.dst, node->use_slot_.back());
    } else {
      Disconnect(use.dst, use.dst_input);
    }
  }
  for (int i = 0; i < node->num_inputs(); ++i) Disconnect(node, i);
  while (!node->control_inputs_.empty()) {
    DisconnectControl(node, static_cast<int>(node->control_inputs_.size()) - 1);
  }
  by_name_.erase(node->name_);
  --num_live_;
  ++version_;
  nodes_[node->id_].reset();
}

// ----- what may change of a node -----

void Graph::SetAttr(Node* node, absl::string_view name, Attr value) {
  node->attrs_.Set(name, std::move(value));
  ++version_;
}

void Graph::SetRequestedDevice(Node* node, std::string device) {
  node->requested_device_ = std::move(device);
  ++version_;
}

void Graph::SetAssignedDevice(Node* node, std::string device) {
  node->assigned_device_ = std::move(device);
  ++version_;
}

void Graph::SetOutputShape(Node* node, int i, PartialShape shape) {
  node->output_shapes_[i] = std::move(shape);
  ++version_;
}

void Graph::SetOutputHandle(Node* node, int i, HandleData handle) {
  if (node->output_handles_.size() < node->output_types_.size()) {
    node->output_handles_.resize(node->output_types_.size());
  }
  node->output_handles_[i] = std::move(handle);
  ++version_;
}

// ----- looking up -----

Node* Graph::FindNode(absl::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second;
}

absl::StatusOr<Endpoint> Graph::FindEndpoint(absl::string_view tensor_name) const {
  absl::string_view name = tensor_name;
  int index = 0;
  if (const size_t colon = name.rfind(':'); colon != absl::string_view::npos) {
    const absl::string_view digits = name.substr(colon + 1);
    if (digits.empty() || !absl::ascii_isdigit(digits[0]) || !absl::SimpleAtoi(digits, &index)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", tensor_name, "' is not the name of a tensor: expected NODE:INDEX"));
    }
    name = name.substr(0, colon);
  }
  if (!IsValidNodeName(name, /*internal=*/true)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", tensor_name, "' is not the name of a tensor"));
  }
  Node* node = FindNode(name);
  if (node == nullptr) {
    return absl::NotFoundError(absl::StrCat("There is no tensor '", tensor_name,
                                            "' in the graph: no node is named '", name, "'"));
  }
  if (index >= node->num_outputs()) {
    return absl::InvalidArgumentError(absl::StrCat("There is no tensor '", tensor_name,
                                                   "': ", node->Describe(), " has ",
                                                   node->num_outputs(), " outputs"));
  }
  return Endpoint{node, index};
}

std::string Graph::UniqueName(absl::string_view prefix) {
  if (!by_name_.contains(prefix)) return std::string(prefix);
  int& counter = name_counters_[prefix];
  std::string name;
  do {
    name = absl::StrCat(prefix, "_", ++counter);
  } while (by_name_.contains(name));
  return name;
}

}  // namespace millrace
