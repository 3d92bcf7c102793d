#include "core/runtime/kernel.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/notification.h"
#include "core/base/status.h"

namespace millrace {
namespace {

// True if writing an output of `dtype` and `elements` into `input` harms nobody.
bool CanTakeOver(const Tensor& input, DType dtype, int64_t elements) {
  return input.dtype() == dtype && input.num_elements() == elements && input.can_write();
}

}  // namespace

absl::Status AsyncKernel::Compute(KernelContext& c) {
  Notification finished;
  absl::Status result;
  ComputeAsync(c, [&](absl::Status status) {
    result = std::move(status);
    finished.Notify();
  });
  finished.WaitForNotification();
  return result;
}

absl::Status KernelContext::allocate_output(int i, const Shape& shape, Tensor** out) {
  const bool on_host = host_outputs_ != 0 && (host_outputs_ >> std::min(i, 63) & 1) != 0;
  MR_ASSIGN_OR_RETURN(outputs_[i],
                      Tensor::Create(on_host ? device_->host_allocator() : device_->allocator(),
                                     output_types_[i], shape));
  *out = &outputs_[i];
  return absl::OkStatus();
}

absl::Status KernelContext::forward_or_allocate_output(std::initializer_list<int> candidates, int i,
                                                       const Shape& shape, Tensor** out) {
  for (const int candidate : candidates) {
    const Tensor& input = inputs_[candidate];
    if (!CanTakeOver(input, output_types_[i], shape.num_elements())) continue;
    // Sharing rather than moving keeps input() good; the executor drops the input's reference after
    // the kernel.
    if (input.shape() == shape) {
      outputs_[i] = input;
    } else {
      MR_ASSIGN_OR_RETURN(outputs_[i], input.Reshaped(shape));
    }
    *out = &outputs_[i];
    return absl::OkStatus();
  }
  return allocate_output(i, shape, out);
}

absl::Status KernelContext::allocate_temp(DType dtype, const Shape& shape, Tensor* out) const {
  MR_ASSIGN_OR_RETURN(*out, Tensor::Create(device_->allocator(), dtype, shape));
  return absl::OkStatus();
}

absl::StatusOr<const ResourceHandle*> KernelContext::handle(int i) const {
  if (i >= num_inputs()) {
    return absl::InvalidArgumentError(absl::StrCat("Input ", i, " is missing"));
  }
  const Tensor& t = inputs_[i];
  if (t.dtype() != DType::kResource || t.num_elements() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("Input ", i,
                                                   " must be one resource handle, not ",
                                                   DTypeName(t.dtype()), t.shape().ToString()));
  }
  return t.data<ResourceHandle>();
}

}  // namespace millrace
