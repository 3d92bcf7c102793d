#include "core/graph/arg_types.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/node_check.h"

namespace millrace {

absl::StatusOr<DTypeVector> ArgTypes(const ArgDef& arg, const AttrMap& attrs) {
  DTypeVector types;
  if (!arg.type_list_attr.empty()) {
    std::vector<DType> list;
    MR_RETURN_IF_ERROR(attrs.Get(arg.type_list_attr, &list));
    types.assign(list.begin(), list.end());
  } else {
    DType type = arg.type;
    if (!arg.type_attr.empty()) MR_RETURN_IF_ERROR(attrs.Get(arg.type_attr, &type));
    MR_ASSIGN_OR_RETURN(const int count, ArgLength(arg, attrs));
    types.assign(static_cast<size_t>(count), type);
  }
  for (DType& type : types) {
    if (type == DType::kInvalid) {
      return absl::InvalidArgumentError(absl::StrCat("Argument '", arg.name, "' has no type"));
    }
    if (arg.is_ref) type = RefType(type);
  }
  return types;
}

absl::StatusOr<ArgRange> FindOutputRange(const OpSchema& op, const AttrMap& attrs,
                                         absl::string_view name) {
  ArgRange range;
  for (const ArgDef& arg : op.outputs) {
    MR_ASSIGN_OR_RETURN(const int length, ArgLength(arg, attrs));
    range.end = range.begin + length;
    if (arg.name == name) return range;
    range.begin = range.end;
  }
  return absl::InvalidArgumentError(absl::StrCat("Op ", op.name, " has no output '", name, "'"));
}

}  // namespace millrace
