// FunctionDef to and from FunctionSpec.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/attr_codec.h"
#include "core/graph/import.h"
#include "core/graph/op_def_codec.h"
#include "protos/function.pb.h"

namespace millrace {
namespace {

absl::StatusOr<NodeSpec> NodeFromProto(const NodeDef& def) {
  NodeSpec node;
  node.name = def.name();
  node.op = def.op();
  node.inputs.assign(def.input().begin(), def.input().end());
  node.device = def.device();
  auto attrs = AttrsFromProto(def.attr());
  if (!attrs.ok()) return Annotate(attrs.status(), absl::StrCat("node '", def.name(), "'"));
  node.attrs = *std::move(attrs);
  return node;
}

absl::Status CheckNodes(const FunctionSpec& function) {
  absl::flat_hash_set<absl::string_view> names;
  for (const ArgDef& arg : function.signature.inputs) names.insert(arg.name);
  for (const NodeSpec& node : function.nodes) {
    if (node.name.empty() || node.op.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("a node (name '", node.name, "', op '", node.op, "') lacks name or op"));
    }
    if (!names.insert(node.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("there are two '", node.name, "'"));
    }
  }
  for (const NodeSpec& node : function.nodes) {
    bool control = false;
    for (absl::string_view input : node.inputs) {
      const bool is_control = !input.empty() && input[0] == '^';
      if (control && !is_control) {
        return absl::InvalidArgumentError(
            absl::StrCat("node '", node.name, "' has input '", input, "' after a control input"));
      }
      control = is_control;
      if (!names.contains(input.substr(0, input.find(':')).substr(is_control ? 1 : 0))) {
        return absl::InvalidArgumentError(
            absl::StrCat("node '", node.name, "' has the unknown input '", input, "'"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FunctionSpec> Decode(const FunctionDef& def) {
  FunctionSpec function;
  MR_ASSIGN_OR_RETURN(function.signature, OpSchemaFromProto(def.signature()));
  MR_ASSIGN_OR_RETURN(function.attrs, AttrsFromProto(def.attr()));
  for (const auto& entry : def.arg_attr()) {
    MR_ASSIGN_OR_RETURN(AttrMap attrs, AttrsFromProto(entry.second.attr()));
    function.arg_attrs[static_cast<int>(entry.first)] = std::move(attrs);
  }
  for (const NodeDef& node : def.node_def()) {
    MR_ASSIGN_OR_RETURN(NodeSpec spec, NodeFromProto(node));
    function.nodes.push_back(std::move(spec));
  }
  MR_RETURN_IF_ERROR(CheckNodes(function));
  for (const ArgDef& output : function.signature.outputs) {
    auto found = def.ret().find(output.name);
    if (found == def.ret().end()) {
      return absl::InvalidArgumentError(absl::StrCat("output '", output.name, "' has no value"));
    }
    function.ret.emplace_back(output.name, found->second);
  }
  for (const std::string& output : function.signature.control_outputs) {
    auto found = def.control_ret().find(output);
    if (found == def.control_ret().end()) {
      return absl::InvalidArgumentError(absl::StrCat("control output '", output, "' has no node"));
    }
    function.control_ret.emplace_back(output, found->second);
  }
  return function;
}

absl::Status NodeToProto(const NodeSpec& node, NodeDef* def) {
  def->set_name(node.name);
  def->set_op(node.op);
  for (const std::string& input : node.inputs) def->add_input(input);
  def->set_device(node.device);
  return Annotate(AttrsToProto(node.attrs, def->mutable_attr()),
                  absl::StrCat("node '", node.name, "'"));
}

absl::Status Encode(const FunctionSpec& function, FunctionDef* def) {
  MR_RETURN_IF_ERROR(OpSchemaToProto(function.signature, def->mutable_signature()));
  MR_RETURN_IF_ERROR(AttrsToProto(function.attrs, def->mutable_attr()));
  for (const auto& [index, attrs] : function.arg_attrs) {
    auto* arg = &(*def->mutable_arg_attr())[static_cast<uint32_t>(index)];
    MR_RETURN_IF_ERROR(AttrsToProto(attrs, arg->mutable_attr()));
  }
  for (const NodeSpec& node : function.nodes) {
    MR_RETURN_IF_ERROR(NodeToProto(node, def->add_node_def()));
  }
  for (const auto& [output, tensor] : function.ret) (*def->mutable_ret())[output] = tensor;
  for (const auto& [output, node] : function.control_ret) {
    (*def->mutable_control_ret())[output] = node;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FunctionSpec> FunctionFromProto(const FunctionDef& def) {
  auto function = Decode(def);
  if (function.ok()) return function;
  return Annotate(function.status(), absl::StrCat("Function '", def.signature().name(), "'"));
}

absl::Status FunctionToProto(const FunctionSpec& function, FunctionDef* def) {
  def->Clear();
  return Annotate(Encode(function, def), absl::StrCat("Function '", function.signature.name, "'"));
}

}  // namespace millrace
