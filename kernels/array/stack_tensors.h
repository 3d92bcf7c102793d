// Tensors of one shape stacked along a new first dimension, where they are values rather than
// inputs of a kernel.
#ifndef MILLRACE_KERNELS_ARRAY_STACK_TENSORS_H_
#define MILLRACE_KERNELS_ARRAY_STACK_TENSORS_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/tensor/tensor.h"

namespace millrace {

// INVALID_ARGUMENT, naming the first that differs, unless all have the first one's dtype and shape.
// REQUIRES: !tensors.empty().
absl::StatusOr<Tensor> StackTensors(absl::Span<const Tensor> tensors);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_STACK_TENSORS_H_
