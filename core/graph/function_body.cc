#include "core/graph/function_body.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"
#include "core/graph/arg_types.h"
#include "core/graph/graph.h"
#include "core/graph/node_order.h"

namespace millrace {
namespace {

// One instantiation. Errors name the function.
class BodyBuilder {
 public:
  BodyBuilder(const FunctionSpec& function, const Registry& registry,
              std::shared_ptr<FunctionLibrary> library)
      : function_(function) {
    body_.graph = std::make_unique<Graph>(&registry, std::move(library));
  }

  absl::StatusOr<FunctionLibrary::Body> Build(const AttrMap& attrs) {
    MR_RETURN_IF_ERROR(SetAttrs(attrs));
    MR_RETURN_IF_ERROR(AddArgs());
    MR_RETURN_IF_ERROR(AddNodes());
    MR_RETURN_IF_ERROR(JoinDeferred());
    MR_RETURN_IF_ERROR(AddRets());
    MR_RETURN_IF_ERROR(FindControlReturns());
    return std::move(body_);
  }

 private:
  struct Deferred {
    Node* node;
    int input;
    const std::string* tensor;
  };

  absl::Status SetAttrs(const AttrMap& attrs);
  absl::Status AddArgs();
  absl::Status AddArg(const ArgDef& arg, int arg_index);
  absl::Status KnowArg(Node* node, const AttrMap& facts, int index_in_list);
  absl::StatusOr<std::vector<int>> NodeOrder();
  absl::Status AddNodes();
  absl::Status AddNode(int index);
  absl::Status JoinDeferred();
  absl::Status AddRets();
  absl::Status FindControlReturns();
  absl::StatusOr<std::vector<Endpoint>> Resolve(absl::string_view tensor) const;

  const FunctionSpec& function_;
  AttrMap attrs_;
  FunctionLibrary::Body body_;
  absl::flat_hash_map<std::string, std::vector<Endpoint>> args_;
  absl::flat_hash_map<std::string, int> index_of_;  // into function_.nodes
  std::vector<Node*> nodes_;                        // null until added
  std::vector<Deferred> deferred_;
};

absl::Status BodyBuilder::SetAttrs(const AttrMap& attrs) {
  attrs_ = attrs;
  for (const AttrDef& def : function_.signature.attrs) {
    if (attrs_.Has(def.name)) continue;
    if (!def.default_value.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("attribute '", def.name, "' is missing"));
    }
    attrs_.Set(def.name, *def.default_value);
  }
  return absl::OkStatus();
}

absl::Status BodyBuilder::AddArgs() {
  const std::vector<ArgDef>& inputs = function_.signature.inputs;
  for (int i = 0; i < static_cast<int>(inputs.size()); ++i) {
    MR_RETURN_IF_ERROR(AddArg(inputs[i], i));
  }
  return absl::OkStatus();
}

absl::Status BodyBuilder::AddArg(const ArgDef& arg, int arg_index) {
  auto [it, inserted] = args_.try_emplace(arg.name);
  if (!inserted) return absl::InvalidArgumentError(absl::StrCat("two arguments '", arg.name, "'"));
  MR_ASSIGN_OR_RETURN(const DTypeVector types, ArgTypes(arg, attrs_));
  auto facts = function_.arg_attrs.find(arg_index);
  for (int i = 0; i < static_cast<int>(types.size()); ++i) {
    Graph::NodeArgs node;
    node.name = arg.is_list() ? absl::StrCat(arg.name, "_", i) : arg.name;
    node.op = "_Arg";
    if (facts != function_.arg_attrs.end()) {
      for (const AttrMap::Entry& fact : facts->second) node.attrs.Set(fact.first, fact.second);
    }
    node.attrs.Set("T", types[i]);
    node.attrs.Set("index", static_cast<int64_t>(body_.args.size()));
    node.uniquify = true;
    MR_ASSIGN_OR_RETURN(Node * added, body_.graph->AddNode(std::move(node)));
    if (facts != function_.arg_attrs.end()) MR_RETURN_IF_ERROR(KnowArg(added, facts->second, i));
    body_.args.push_back(added);
    it->second.push_back({added, 0});
  }
  return absl::OkStatus();
}

// What the caller's graph knew of the argument holds in the body too.
absl::Status BodyBuilder::KnowArg(Node* node, const AttrMap& facts, int index_in_list) {
  const Attr* attr = facts.Find("_output_shapes");
  const auto* shapes = attr != nullptr ? attr->get<std::vector<PartialShape>>() : nullptr;
  if (shapes != nullptr && index_in_list < static_cast<int>(shapes->size())) {
    body_.graph->SetOutputShape(node, 0, (*shapes)[index_in_list]);
  }
  attr = facts.Find("_handle_dtypes");
  const auto* handle_types = attr != nullptr ? attr->get<std::vector<DType>>() : nullptr;
  attr = facts.Find("_handle_shapes");
  const auto* handle_shapes = attr != nullptr ? attr->get<std::vector<PartialShape>>() : nullptr;
  if (handle_types == nullptr || handle_shapes == nullptr) return absl::OkStatus();
  if (handle_types->size() != handle_shapes->size()) {
    return absl::InvalidArgumentError(absl::StrCat("argument '", node->name(), "' has ",
                                                   handle_types->size(), " _handle_dtypes and ",
                                                   handle_shapes->size(), " _handle_shapes"));
  }
  HandleData data;
  for (size_t i = 0; i < handle_types->size(); ++i) {
    data.push_back({(*handle_types)[i], (*handle_shapes)[i]});
  }
  body_.graph->SetOutputHandle(node, 0, std::move(data));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> BodyBuilder::NodeOrder() {
  const std::vector<NodeSpec>& nodes = function_.nodes;
  for (int i = 0; i < static_cast<int>(nodes.size()); ++i) {
    if (args_.contains(nodes[i].name) || !index_of_.emplace(nodes[i].name, i).second) {
      return absl::InvalidArgumentError(absl::StrCat("two nodes '", nodes[i].name, "'"));
    }
  }
  std::vector<std::vector<int>> needs(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (absl::string_view input : nodes[i].inputs) {
      const absl::string_view source = absl::StripPrefix(input.substr(0, input.find(':')), "^");
      if (args_.contains(source)) continue;
      auto found = index_of_.find(source);
      if (found == index_of_.end()) {
        return absl::InvalidArgumentError(
            absl::StrCat("input '", input, "' of node '", nodes[i].name, "' does not exist"));
      }
      if (!IsBackEdge(nodes[found->second].op, nodes[i].op)) needs[i].push_back(found->second);
    }
  }
  return OrderByNeeds(needs, [&](int i) { return nodes[i].name; });
}

absl::Status BodyBuilder::AddNodes() {
  MR_ASSIGN_OR_RETURN(const std::vector<int> order, NodeOrder());
  nodes_.resize(function_.nodes.size());
  for (const int i : order) MR_RETURN_IF_ERROR(AddNode(i));
  return absl::OkStatus();
}

absl::Status BodyBuilder::AddNode(int index) {
  const NodeSpec& spec = function_.nodes[index];
  Graph::NodeArgs node;
  node.name = spec.name;
  node.op = spec.op;
  node.device = spec.device;
  node.origin = spec.origin;
  node.internal_name = true;
  node.uniquify = true;  // An argument of a list may have taken the name.
  auto in_node = [&](const absl::Status& status) {
    return Annotate(status, absl::StrCat("node '", spec.name, "' (op: ", spec.op, ")"));
  };
  auto attrs = SubstitutePlaceholders(spec.attrs, attrs_);
  if (!attrs.ok()) return in_node(attrs.status());
  node.attrs = *std::move(attrs);

  std::vector<std::pair<int, const std::string*>> deferred;
  for (const std::string& input : spec.inputs) {
    if (input[0] == '^') {
      auto arg = args_.find(absl::string_view(input).substr(1));
      if (arg == args_.end()) {
        node.control_inputs.push_back(nodes_[index_of_[input.substr(1)]]);
      } else {
        for (const Endpoint& e : arg->second) node.control_inputs.push_back(e.node);
      }
      continue;
    }
    auto source = index_of_.find(input.substr(0, input.find(':')));
    if (source != index_of_.end() && nodes_[source->second] == nullptr) {
      deferred.emplace_back(static_cast<int>(node.inputs.size()), &input);
      node.inputs.push_back({});
      continue;
    }
    auto endpoints = Resolve(input);
    if (!endpoints.ok()) return in_node(endpoints.status());
    node.inputs.insert(node.inputs.end(), endpoints->begin(), endpoints->end());
  }
  if (!deferred.empty()) {
    DType type = DType::kInvalid;
    if (absl::Status status = node.attrs.Get("T", &type); !status.ok()) return in_node(status);
    node.deferred_input_types.assign(node.inputs.size(), type);
  }
  MR_ASSIGN_OR_RETURN(nodes_[index], body_.graph->AddNode(std::move(node)));
  for (const auto& [input, tensor] : deferred) deferred_.push_back({nodes_[index], input, tensor});
  return absl::OkStatus();
}

absl::Status BodyBuilder::JoinDeferred() {
  for (const Deferred& d : deferred_) {
    MR_ASSIGN_OR_RETURN(const std::vector<Endpoint> sources, Resolve(*d.tensor));
    if (sources.size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("input '", *d.tensor, "' of node '", d.node->name(), "' is not one tensor"));
    }
    MR_RETURN_IF_ERROR(body_.graph->SetInput(d.node, d.input, sources[0]));
  }
  return absl::OkStatus();
}

// "arg", "arg:1", "node:output" (all of a list) and "node:output:1".
absl::StatusOr<std::vector<Endpoint>> BodyBuilder::Resolve(absl::string_view tensor) const {
  const std::vector<absl::string_view> parts = absl::StrSplit(tensor, ':');
  auto malformed = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("tensor '", tensor, "' ", why));
  };
  std::vector<Endpoint> all;
  size_t used = 1;
  if (auto arg = args_.find(parts[0]); arg != args_.end()) {
    all = arg->second;
  } else {
    auto found = index_of_.find(parts[0]);
    if (found == index_of_.end()) return malformed("does not exist");
    Node* node = nodes_[found->second];
    if (node == nullptr) return malformed("is part of a cycle");
    if (parts.size() < 2) return malformed("does not name an output");
    MR_ASSIGN_OR_RETURN(const ArgRange range, FindOutputRange(node->op(), node->attrs(), parts[1]));
    for (int i = range.begin; i < range.end; ++i) all.push_back({node, i});
    used = 2;
  }
  if (parts.size() == used) return all;
  int index;
  if (parts.size() > used + 1 || !absl::SimpleAtoi(parts[used], &index) || index < 0 ||
      index >= static_cast<int>(all.size())) {
    return malformed("does not exist");
  }
  return std::vector<Endpoint>{all[index]};
}

absl::Status BodyBuilder::AddRets() {
  absl::flat_hash_map<std::string, const std::string*> value_of;
  for (const auto& [output, tensor] : function_.ret) value_of[output] = &tensor;
  for (const ArgDef& output : function_.signature.outputs) {
    auto found = value_of.find(output.name);
    if (found == value_of.end()) {
      return absl::InvalidArgumentError(absl::StrCat("output '", output.name, "' has no value"));
    }
    MR_ASSIGN_OR_RETURN(const std::vector<Endpoint> values, Resolve(*found->second));
    MR_ASSIGN_OR_RETURN(const DTypeVector types, ArgTypes(output, attrs_));
    if (values.size() != types.size()) {
      return absl::InvalidArgumentError(absl::StrCat("output '", output.name, "' is ", types.size(),
                                                     " tensors, its value ", values.size()));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const DType type = values[i].node->output_type(values[i].index);
      if (BaseType(type) != BaseType(types[i])) {
        return absl::InvalidArgumentError(absl::StrCat("output '", output.name, "' is declared as ",
                                                       DTypeName(types[i]), ", its value '",
                                                       *found->second, "' is ", DTypeName(type)));
      }
      Graph::NodeArgs node;
      node.name = absl::StrCat(output.name, "_RetVal");
      node.op = "_Retval";
      node.attrs.Set("T", BaseType(type));
      node.attrs.Set("index", static_cast<int64_t>(body_.rets.size()));
      node.inputs.push_back(values[i]);
      node.uniquify = true;
      MR_ASSIGN_OR_RETURN(Node * added, body_.graph->AddNode(std::move(node)));
      body_.rets.push_back(added);
    }
  }
  return absl::OkStatus();
}

// What the signature promises to run, and every stateful node: its effect is why the function was
// called.
absl::Status BodyBuilder::FindControlReturns() {
  absl::flat_hash_set<Node*> returned;
  for (const auto& [output, name] : function_.control_ret) {
    auto found = index_of_.find(name);
    if (found == index_of_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("control output '", output, "' names the unknown node '", name, "'"));
    }
    Node* node = nodes_[found->second];
    if (returned.insert(node).second) body_.control_returns.push_back(node);
  }
  for (Node* node : nodes_) {
    if (node->op().is_stateful && returned.insert(node).second) {
      body_.control_returns.push_back(node);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FunctionLibrary::Body> BuildFunctionBody(const FunctionSpec& function,
                                                        const AttrMap& attrs,
                                                        const Registry& registry,
                                                        std::shared_ptr<FunctionLibrary> library) {
  auto body = BodyBuilder(function, registry, std::move(library)).Build(attrs);
  if (body.ok()) return body;
  return Annotate(body.status(), absl::StrCat("Function '", function.signature.name, "'"));
}

absl::StatusOr<FunctionLibrary::Body> FunctionLibrary::Instantiate(
    absl::string_view name, const AttrMap& attrs, const Registry& registry,
    std::shared_ptr<FunctionLibrary> self) const {
  MR_ASSIGN_OR_RETURN(const auto function, Lookup(name));
  return BuildFunctionBody(*function, attrs, registry, std::move(self));
}

}  // namespace millrace
