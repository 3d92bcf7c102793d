#include "core/graph/graph_to_function.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/graph/arg_types.h"
#include "core/graph/function_library.h"

namespace millrace {
namespace {

constexpr absl::string_view kColocationPrefix = "loc:@";

bool IsFedFromOutside(const Node& node) {
  return node.type() == "_Arg" || node.type() == "Placeholder" || node.type() == "PlaceholderV2";
}

// "Dense/kernel" -> "dense_kernel": argument names are [a-z][a-z0-9_]*.
std::string ArgumentName(absl::string_view node_name) {
  std::string name;
  for (const char c : node_name) name += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '_';
  if (name.empty() || !absl::ascii_isalpha(name[0])) name = absl::StrCat("arg", name);
  return name;
}

class Slicer {
 public:
  explicit Slicer(const FunctionSlice& slice) : slice_(slice) {}

  absl::StatusOr<FunctionSpec> Cut() {
    spec_.signature.name = std::string(slice_.name);
    MR_RETURN_IF_ERROR(FindBody());
    MR_RETURN_IF_ERROR(AddArgs());
    for (const Node* node : body_) MR_RETURN_IF_ERROR(AddNode(*node));
    MR_RETURN_IF_ERROR(AddRets());
    AddControlRets();
    return std::move(spec_);
  }

 private:
  using Key = std::pair<const Node*, int>;
  static Key KeyOf(Endpoint e) { return {e.node, e.index}; }

  absl::Status FindBody();
  void Visit(Node* node);
  absl::Status AddArgs();
  void DescribeArg(Endpoint input, int index);
  absl::Status AddNode(const Node& node);
  void KeepColocation(AttrMap* attrs) const;
  absl::Status AddRets();
  void AddControlRets();
  absl::StatusOr<std::string> TensorName(Endpoint e) const;
  std::string UniqueName(absl::string_view prefix, absl::flat_hash_set<std::string>* taken) const;

  const FunctionSlice& slice_;
  FunctionSpec spec_;
  absl::flat_hash_map<Key, std::string> inputs_;  // the argument's name
  absl::flat_hash_set<const Node*> input_nodes_, visited_;
  std::vector<Node*> pending_;
  std::vector<const Node*> body_;  // by id
  absl::flat_hash_set<std::string> body_names_;
  absl::flat_hash_set<std::string> names_;  // of nodes and arguments
};

void Slicer::Visit(Node* node) {
  if (visited_.insert(node).second) pending_.push_back(node);
}

absl::Status Slicer::FindBody() {
  for (const Endpoint& e : slice_.inputs) {
    if (!inputs_.try_emplace(KeyOf(e)).second) {
      return absl::InvalidArgumentError(absl::StrCat("Function '", slice_.name,
                                                     "': ", e.node->name(), ":", e.index,
                                                     " is given as an input twice"));
    }
    input_nodes_.insert(e.node);
  }
  for (const Endpoint& e : slice_.outputs) {
    if (!inputs_.contains(KeyOf(e))) Visit(e.node);
  }
  for (Node* node : slice_.must_run) Visit(node);
  while (!pending_.empty()) {
    Node* node = pending_.back();
    pending_.pop_back();
    if (IsFedFromOutside(*node)) {
      return absl::InvalidArgumentError(absl::StrCat("Function '", slice_.name, "' depends on ",
                                                     node->Describe(),
                                                     ", which is not one of its inputs"));
    }
    body_.push_back(node);
    for (const Endpoint& e : node->inputs()) {
      if (!inputs_.contains(KeyOf(e))) Visit(e.node);
    }
    for (Node* control : node->control_inputs()) {
      if (control->id() >= slice_.first_node_id && !input_nodes_.contains(control) &&
          !IsFedFromOutside(*control)) {
        Visit(control);
      }
    }
  }
  std::sort(body_.begin(), body_.end(),
            [](const Node* a, const Node* b) { return a->id() < b->id(); });
  for (const Node* node : body_) body_names_.insert(node->name());
  names_ = body_names_;
  return absl::OkStatus();
}

std::string Slicer::UniqueName(absl::string_view prefix,
                               absl::flat_hash_set<std::string>* taken) const {
  std::string name(prefix);
  for (int i = 1; !taken->insert(name).second; ++i) name = absl::StrCat(prefix, "_", i);
  return name;
}

absl::Status Slicer::AddArgs() {
  for (int i = 0; i < static_cast<int>(slice_.inputs.size()); ++i) {
    const Endpoint e = slice_.inputs[i];
    const std::string name = UniqueName(ArgumentName(e.node->name()), &names_);
    inputs_[KeyOf(e)] = name;
    ArgDef arg;
    arg.name = name;
    arg.type = BaseType(e.node->output_type(e.index));
    spec_.signature.inputs.push_back(std::move(arg));
    DescribeArg(e, i);
  }
  return absl::OkStatus();
}

// What is known of the argument here is known in the body too.
void Slicer::DescribeArg(Endpoint input, int index) {
  AttrMap facts;
  for (const AttrMap::Entry& entry : input.node->attrs()) {
    if (input.node->type() == "_Arg" && absl::StartsWith(entry.first, "_")) {
      facts.Set(entry.first, entry.second);
    }
  }
  const PartialShape& shape = input.node->output_shape(input.index);
  if (shape.known_rank()) facts.Set("_output_shapes", std::vector<PartialShape>{shape});
  if (const HandleData* handle = input.node->output_handle(input.index); handle != nullptr) {
    std::vector<DType> types;
    std::vector<PartialShape> shapes;
    for (const auto& entry : *handle) {
      types.push_back(entry.dtype);
      shapes.push_back(entry.shape);
    }
    facts.Set("_handle_dtypes", std::move(types));
    facts.Set("_handle_shapes", std::move(shapes));
  }
  if (!facts.empty()) spec_.arg_attrs[index] = std::move(facts);
}

absl::StatusOr<std::string> Slicer::TensorName(Endpoint e) const {
  if (auto found = inputs_.find(KeyOf(e)); found != inputs_.end()) return found->second;
  int begin = 0;
  for (const ArgDef& output : e.node->op().outputs) {
    MR_ASSIGN_OR_RETURN(const DTypeVector types, ArgTypes(output, e.node->attrs()));
    const int end = begin + static_cast<int>(types.size());
    if (e.index < end) {
      return absl::StrCat(e.node->name(), ":", output.name, ":", e.index - begin);
    }
    begin = end;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(e.node->Describe(), " has no output ", e.index, " by its schema"));
}

absl::Status Slicer::AddNode(const Node& node) {
  NodeSpec spec;
  spec.name = node.name();
  spec.op = node.type();
  spec.device = node.requested_device();
  spec.origin = node.origin();
  spec.attrs = node.attrs();
  KeepColocation(&spec.attrs);
  for (const Endpoint& e : node.inputs()) {
    MR_ASSIGN_OR_RETURN(std::string input, TensorName(e));
    spec.inputs.push_back(std::move(input));
  }
  for (const Node* control : node.control_inputs()) {
    if (visited_.contains(control)) spec.inputs.push_back(absl::StrCat("^", control->name()));
  }
  if (node.op().is_stateful) spec_.signature.is_stateful = true;
  spec_.nodes.push_back(std::move(spec));
  return absl::OkStatus();
}

// A group that was named after a node left outside means nothing in the function.
void Slicer::KeepColocation(AttrMap* attrs) const {
  std::vector<std::string> groups, kept;
  if (!attrs->Get("_class", &groups).ok()) return;
  for (std::string& group : groups) {
    absl::string_view name = group;
    const bool is_group = absl::ConsumePrefix(&name, kColocationPrefix);
    if (!is_group || body_names_.contains(name)) kept.push_back(std::move(group));
  }
  if (kept.empty()) {
    attrs->Erase("_class");
  } else {
    attrs->Set("_class", std::move(kept));
  }
}

absl::Status Slicer::AddRets() {
  if (!slice_.output_names.empty() && slice_.output_names.size() != slice_.outputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("Function '", slice_.name, "' has ",
                                                   slice_.outputs.size(), " outputs and ",
                                                   slice_.output_names.size(), " names for them"));
  }
  absl::flat_hash_set<std::string> given, taken;
  for (const ArgDef& arg : spec_.signature.inputs) taken.insert(arg.name);
  for (size_t i = 0; i < slice_.outputs.size(); ++i) {
    const Endpoint e = slice_.outputs[i];
    ArgDef arg;
    arg.type = BaseType(e.node->output_type(e.index));
    if (slice_.output_names.empty()) {
      arg.name = UniqueName(ArgumentName(e.node->name()), &taken);
    } else if (arg.name = slice_.output_names[i]; !given.insert(arg.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Function '", slice_.name, "' has two outputs '", arg.name, "'"));
    }
    MR_ASSIGN_OR_RETURN(std::string tensor, TensorName(e));
    spec_.ret.emplace_back(arg.name, std::move(tensor));
    spec_.signature.outputs.push_back(std::move(arg));
  }
  return absl::OkStatus();
}

void Slicer::AddControlRets() {
  for (const Node* node : slice_.must_run) {
    spec_.signature.control_outputs.push_back(node->name());
    spec_.control_ret.emplace_back(node->name(), node->name());
  }
}

}  // namespace

absl::StatusOr<FunctionSpec> SliceToFunction(const FunctionSlice& slice) {
  return Slicer(slice).Cut();
}

absl::StatusOr<FunctionSpec> GraphToFunction(const Graph& graph, absl::string_view name,
                                             absl::Span<const Endpoint> inputs,
                                             absl::Span<const Endpoint> outputs,
                                             absl::Span<const std::string> output_names) {
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.output_names = output_names;
  absl::flat_hash_set<const Node*> given;
  for (const Endpoint& e : inputs) given.insert(e.node);
  for (const auto& node : graph.nodes()) {
    if (node != nullptr && node->op().is_stateful && !given.contains(node.get()) &&
        node->type() != "_Arg" && node->type() != "_Retval") {
      slice.must_run.push_back(node.get());
    }
  }
  return SliceToFunction(slice);
}

}  // namespace millrace
