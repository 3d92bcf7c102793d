#include "tools/run/list_ops.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace millrace {
namespace {

std::string Kernels(const OpSchema& op) {
  std::map<std::string, std::set<std::string>> types;  // by device
  for (const KernelRegistration& kernel : op.kernels) {
    std::set<std::string>& of_device = types[kernel.device_type];
    for (const auto& [attr, dtype] : kernel.types) of_device.insert(DTypeName(dtype));
  }
  return absl::StrJoin(types, ";", [](std::string* out, const auto& device) {
    absl::StrAppend(out, device.first, ":", absl::StrJoin(device.second, ","));
  });
}

}  // namespace

std::string ListOps(const Registry& registry) {
  std::string out;
  for (const OpSchema* op : registry.List()) {
    if (op->kernels.empty()) continue;
    absl::StrAppend(&out, op->name, "\t", Kernels(*op), "\n");
  }
  return out;
}

}  // namespace millrace
