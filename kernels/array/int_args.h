// Inputs that hold sizes, shapes and axes.
#ifndef MILLRACE_KERNELS_ARRAY_INT_ARGS_H_
#define MILLRACE_KERNELS_ARRAY_INT_ARGS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The elements of a scalar or vector of a signed integer type (also uint8, uint16, uint32).
// INVALID_ARGUMENT, naming `what`, for another rank or dtype.
absl::StatusOr<DimVector> IntsArg(const Tensor& t, absl::string_view what);
// The same for a vector only.
absl::StatusOr<DimVector> IntVectorArg(const Tensor& t, absl::string_view what);
// The single element of an integer tensor. INVALID_ARGUMENT unless it has exactly one.
absl::StatusOr<int64_t> IntArg(const Tensor& t, absl::string_view what);
// A vector as a shape. INVALID_ARGUMENT for negative sizes and overflow.
absl::StatusOr<Shape> ShapeArg(const Tensor& t, absl::string_view what);
// `axis` in [-rank, rank) as one in [0, rank). INVALID_ARGUMENT otherwise, naming `what`.
absl::StatusOr<int> AxisArg(int64_t axis, int rank, absl::string_view what);

// `shape` as an int32 or int64 vector. INVALID_ARGUMENT if a size does not fit.
absl::StatusOr<Tensor> ShapeToTensor(const Shape& shape, DType dtype);
// `value` as an int32 or int64 scalar. INVALID_ARGUMENT if it does not fit.
absl::StatusOr<Tensor> IntToTensor(int64_t value, DType dtype);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_INT_ARGS_H_
