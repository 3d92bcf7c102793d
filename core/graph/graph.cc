#include "core/graph/graph.h"

#include <utility>

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
