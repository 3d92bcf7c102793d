// Tensors as a kernel wants them: NHWC, in float or double, whatever the node's data format and
// type.
#pragma once

#include "absl/status/status.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// `in` as NHWC (from NCHW if `channels_first`) and with 16-bit floats widened to float; shares
// memory where it can.
absl::Status ToNhwc(KernelContext& c, const Tensor& in, bool channels_first, Tensor* out);

// A temporary for a result of shape `shape` in the node's format: where the kernel writes NHWC
// elements in float or double. It is output `i` itself where nothing has to be converted.
absl::Status AllocateNhwc(KernelContext& c, int i, const Shape& shape, bool channels_first,
                          Tensor* out);
// Converts what AllocateNhwc gave into output `i`.
absl::Status StoreNhwc(KernelContext& c, int i, const Shape& shape, bool channels_first,
                       Tensor from);

}  // namespace millrace
