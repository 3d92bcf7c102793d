#include "core/graph/kernel_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

absl::Status CheckConstraint(const OpSchema& op, absl::string_view attr, DType type) {
  const AttrDef* def = op.FindAttr(attr);
  if (def == nullptr || (def->kind != AttrKind::kType && def->kind != AttrKind::kListType)) {
    return absl::InvalidArgumentError(absl::StrCat("there is no type attribute '", attr, "'"));
  }
  const std::vector<DType>& allowed = def->allowed_types;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), type) == allowed.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute '", attr, "' may not be ", DTypeName(type)));
  }
  return absl::OkStatus();
}

bool HasArg(const std::vector<ArgDef>& args, absl::string_view name) {
  return std::any_of(args.begin(), args.end(), [&](const ArgDef& a) { return a.name == name; });
}

}  // namespace

std::string KernelText(const KernelRegistration& kernel) {
  std::string text = kernel.device_type;
  for (size_t i = 0; i < kernel.types.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? ": " : ", ", kernel.types[i].first, "=",
                    DTypeName(kernel.types[i].second));
  }
  return text;
}

absl::Status CheckKernel(const OpSchema& op, const KernelRegistration& kernel, size_t num_before) {
  const std::string context = absl::StrCat("kernel (", KernelText(kernel), ")");
  if (kernel.device_type.empty() || (kernel.factory == nullptr && kernel.make == nullptr)) {
    return absl::InvalidArgumentError(absl::StrCat(context, ": no device type or no factory"));
  }
  for (const auto& [attr, type] : kernel.types) {
    MR_RETURN_IF_ERROR(Annotate(CheckConstraint(op, attr, type), context));
  }
  for (const std::string& arg : kernel.host_memory) {
    if (!HasArg(op.inputs, arg) && !HasArg(op.outputs, arg)) {
      return absl::InvalidArgumentError(
          absl::StrCat(context, ": there is no argument '", arg, "'"));
    }
  }
  for (size_t i = 0; i < num_before; ++i) {
    if (op.kernels[i].device_type == kernel.device_type && op.kernels[i].types == kernel.types) {
      return absl::AlreadyExistsError(absl::StrCat(context, " is registered twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace millrace
