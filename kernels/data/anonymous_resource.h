// Resources that one run of an op makes and nobody else names.
#ifndef MILLRACE_KERNELS_DATA_ANONYMOUS_RESOURCE_H_
#define MILLRACE_KERNELS_DATA_ANONYMOUS_RESOURCE_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/runtime/kernel.h"
#include "core/tensor/variant.h"

namespace millrace {

// Puts `resource` under a name of its own, sets output 0 to its handle, and output 1, where there
// is one, to what the deleting op wants beside the handle.
template <typename R>
absl::Status OutputAnonymous(KernelContext& c, std::shared_ptr<R> resource) {
  const std::string name = absl::StrCat("anonymous_", absl::Hex(RandomId()));
  MR_RETURN_IF_ERROR(c.resources().Create("", name, std::move(resource)));
  c.set_output(0, Tensor::Scalar<ResourceHandle>(c.resources().MakeHandle("", name, R::kTypeName)));
  if (c.num_outputs() > 1) c.set_output(1, Tensor::Scalar<Variant>(Variant()));
  return absl::OkStatus();
}

// Deletes what the handle in input 0 names, which may be gone already.
class DeleteAnonymousKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResourceHandle* handle, c.handle(0));
    const absl::Status status = c.resources().Delete(*handle);
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  }
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_DATA_ANONYMOUS_RESOURCE_H_
