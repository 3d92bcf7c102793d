// What the ops on the elements of a TensorArray share.
#pragma once

#include "absl/status/status.h"
#include "core/graph/gradient.h"
#include "core/tensor/dtype.h"
#include "kernels/tensor_array/tensor_array_resource.h"

namespace millrace {

// INVALID_ARGUMENT unless the array holds elements of that dtype.
absl::Status CheckArrayDtype(const TensorArrayResource& array, DType dtype);
// The handle and the flow of the gradient array of the array that input 0 names, after `flow`.
Outputs GradientArray(Builder& b, const OpView& op, Output flow);

}  // namespace millrace
