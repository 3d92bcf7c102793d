#include "core/graph/op_def_codec.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/attr_codec.h"

namespace millrace {
namespace {

absl::StatusOr<AttrKind> KindFromName(absl::string_view name) {
  for (int k = static_cast<int>(AttrKind::kString); k < static_cast<int>(AttrKind::kPlaceholder);
       ++k) {
    if (AttrKindName(static_cast<AttrKind>(k)) == name) return static_cast<AttrKind>(k);
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no kind '", name, "'"));
}

void ArgToProto(const ArgDef& arg, OpDef::ArgDef* proto) {
  proto->set_name(arg.name);
  proto->set_description(arg.doc);
  proto->set_type(static_cast<DataType>(arg.type));
  proto->set_type_attr(arg.type_attr);
  proto->set_number_attr(arg.number_attr);
  proto->set_type_list_attr(arg.type_list_attr);
  proto->set_is_ref(arg.is_ref);
}

absl::StatusOr<ArgDef> ArgFromProto(const OpDef::ArgDef& proto) {
  ArgDef arg;
  arg.name = proto.name();
  arg.doc = proto.description();
  const int type = proto.type();
  if (type != 0 && !IsValidDType(type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("argument '", arg.name, "' is of type ", type, ", which does not exist"));
  }
  arg.type = static_cast<DType>(type);
  arg.type_attr = proto.type_attr();
  arg.number_attr = proto.number_attr();
  arg.type_list_attr = proto.type_list_attr();
  arg.is_ref = proto.is_ref();
  const int types = (type != 0) + !arg.type_attr.empty() + !arg.type_list_attr.empty();
  if (types != 1 || (!arg.number_attr.empty() && !arg.type_list_attr.empty())) {
    return absl::InvalidArgumentError(
        absl::StrCat("argument '", arg.name, "' must have one type, type_attr or type_list_attr"));
  }
  return arg;
}

absl::Status AttrDefToProto(const AttrDef& def, OpDef::AttrDef* proto) {
  proto->set_name(def.name);
  proto->set_type(std::string(AttrKindName(def.kind)));
  proto->set_description(def.doc);
  if (def.default_value.has_value()) {
    MR_RETURN_IF_ERROR(AttrToProto(*def.default_value, proto->mutable_default_value()));
  }
  if (!def.allowed_types.empty()) {
    MR_RETURN_IF_ERROR(AttrToProto(def.allowed_types, proto->mutable_allowed_values()));
  }
  if (!def.allowed_strings.empty()) {
    MR_RETURN_IF_ERROR(AttrToProto(def.allowed_strings, proto->mutable_allowed_values()));
  }
  if (def.minimum.has_value()) {
    proto->set_has_minimum(true);
    proto->set_minimum(*def.minimum);
  }
  return absl::OkStatus();
}

absl::StatusOr<AttrDef> AttrDefFromProto(const OpDef::AttrDef& proto) {
  AttrDef def;
  def.name = proto.name();
  def.doc = proto.description();
  MR_ASSIGN_OR_RETURN(def.kind, KindFromName(proto.type()));
  if (proto.has_default_value()) {
    MR_ASSIGN_OR_RETURN(def.default_value, AttrFromProto(proto.default_value()));
  }
  if (proto.has_allowed_values()) {
    MR_ASSIGN_OR_RETURN(const Attr allowed, AttrFromProto(proto.allowed_values()));
    if (const auto* types = allowed.get<std::vector<DType>>()) def.allowed_types = *types;
    if (const auto* strings = allowed.get<std::vector<std::string>>()) {
      def.allowed_strings = *strings;
    }
  }
  if (proto.has_minimum()) def.minimum = proto.minimum();
  return def;
}

absl::Status CheckArg(const ArgDef& arg, const OpSchema& schema) {
  for (const std::string& attr : {arg.type_attr, arg.number_attr, arg.type_list_attr}) {
    if (!attr.empty() && schema.FindAttr(attr) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("argument '", arg.name,
                                                     "' refers to attribute '", attr,
                                                     "', which the signature does not have"));
    }
  }
  return absl::OkStatus();
}

absl::Status FillFromProto(const OpDef& proto, OpSchema* schema) {
  if (proto.name().empty()) return absl::InvalidArgumentError("it has no name");
  for (const auto& p : proto.attr()) {
    auto def = AttrDefFromProto(p);
    if (!def.ok()) return Annotate(def.status(), absl::StrCat("attribute '", p.name(), "'"));
    schema->attrs.push_back(*std::move(def));
  }
  absl::flat_hash_set<std::string> inputs, outputs;
  for (const auto& p : proto.input_arg()) {
    MR_ASSIGN_OR_RETURN(ArgDef arg, ArgFromProto(p));
    MR_RETURN_IF_ERROR(CheckArg(arg, *schema));
    if (!inputs.insert(arg.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("there are two inputs '", arg.name, "'"));
    }
    schema->inputs.push_back(std::move(arg));
  }
  for (const auto& p : proto.output_arg()) {
    MR_ASSIGN_OR_RETURN(ArgDef arg, ArgFromProto(p));
    MR_RETURN_IF_ERROR(CheckArg(arg, *schema));
    if (!outputs.insert(arg.name).second) {
      return absl::InvalidArgumentError(absl::StrCat("there are two outputs '", arg.name, "'"));
    }
    schema->outputs.push_back(std::move(arg));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OpSchemaToProto(const OpSchema& schema, OpDef* proto) {
  proto->Clear();
  proto->set_name(schema.name);
  for (const ArgDef& arg : schema.inputs) ArgToProto(arg, proto->add_input_arg());
  for (const ArgDef& arg : schema.outputs) ArgToProto(arg, proto->add_output_arg());
  for (const std::string& name : schema.control_outputs) proto->add_control_output(name);
  for (const AttrDef& def : schema.attrs) {
    MR_RETURN_IF_ERROR(
        Annotate(AttrDefToProto(def, proto->add_attr()), absl::StrCat("Op ", schema.name)));
  }
  const size_t end = schema.doc.find('\n');
  proto->set_summary(schema.doc.substr(0, end));
  if (end != std::string::npos) proto->set_description(schema.doc.substr(end + 1));
  proto->set_is_stateful(schema.is_stateful);
  proto->set_is_commutative(schema.is_commutative);
  proto->set_is_aggregate(schema.is_aggregate);
  proto->set_allows_uninitialized_input(schema.allows_uninitialized_input);
  return absl::OkStatus();
}

absl::StatusOr<OpSchema> OpSchemaFromProto(const OpDef& proto) {
  OpSchema schema;
  schema.name = proto.name();
  if (absl::Status status = FillFromProto(proto, &schema); !status.ok()) {
    return Annotate(status, absl::StrCat("Signature '", proto.name(), "'"));
  }
  schema.control_outputs.assign(proto.control_output().begin(), proto.control_output().end());
  schema.doc = proto.summary();
  if (!proto.description().empty()) absl::StrAppend(&schema.doc, "\n", proto.description());
  schema.is_stateful = proto.is_stateful();
  schema.is_commutative = proto.is_commutative();
  schema.is_aggregate = proto.is_aggregate();
  schema.allows_uninitialized_input = proto.allows_uninitialized_input();
  return schema;
}

}  // namespace millrace
