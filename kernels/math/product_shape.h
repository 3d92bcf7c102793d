// The shape of a product of two matrices in tensors.
#ifndef MILLRACE_KERNELS_MATH_PRODUCT_SHAPE_H_
#define MILLRACE_KERNELS_MATH_PRODUCT_SHAPE_H_

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"
#include "kernels/math/gemm.h"

namespace millrace {

// INVALID_ARGUMENT, in MatMul's words, if one is no matrix or the inner dimensions differ.
absl::StatusOr<GemmShape> ProductShape(const Tensor& a, bool transpose_a, const Tensor& b,
                                       bool transpose_b);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_MATH_PRODUCT_SHAPE_H_
