// Elements of lists as rows of tensors.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/graph/builder.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "kernels/list/tensor_list.h"

namespace millrace {

// Sets output 0 to the elements of these positions, one a row. INVALID_ARGUMENT if their shapes
// differ or are not as `wanted`, or if the shape of elements stays open. REQUIRES: positions in
// range.
absl::Status StackElements(KernelContext& c, const TensorList& list,
                           absl::Span<const int64_t> positions, const PartialShape& wanted);

// Row i of a tensor of rank 1 at least; shares its memory.
absl::StatusOr<Tensor> Row(const Tensor& t, int64_t i);
// INVALID_ARGUMENT if the rows of `t`, of rank 1 at least, are not of this shape.
absl::Status CheckRows(const Tensor& t, const PartialShape& element_shape);

// For gradients: the shape of a row of x, and of x's rows from a second dimension on, as an int32
// vector.
Output RowShape(Builder& b, Output x);

}  // namespace millrace
