#include "core/base/logging.h"
#include "kernels/all.h"

namespace millrace {

Registry& BuiltinRegistry() {
  static Registry* const registry = [] {
    auto* r = new Registry;
    const absl::Status status = RegisterAllKernels(*r);
    if (!status.ok()) MR_LOG(ERROR) << "Some ops are missing: " << status;
    return r;
  }();
  return *registry;
}

}  // namespace millrace
