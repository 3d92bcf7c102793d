#include "kernels/math/product_shape.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::StatusOr<GemmShape> ProductShape(const Tensor& a, bool transpose_a, const Tensor& b,
                                       bool transpose_b) {
  for (const Tensor* x : {&a, &b}) {
    if (x->rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat("In[", x == &a ? 0 : 1,
                                                     "] is not a matrix. Instead it has shape ",
                                                     x->shape().ToString()));
    }
  }
  GemmShape s;
  s.transpose_a = transpose_a;
  s.transpose_b = transpose_b;
  s.m = a.dim(transpose_a ? 1 : 0);
  s.k = a.dim(transpose_a ? 0 : 1);
  s.n = b.dim(transpose_b ? 0 : 1);
  if (b.dim(transpose_b ? 1 : 0) != s.k) {
    return absl::InvalidArgumentError(
        absl::StrCat("Matrix size-incompatible: In[0]: ", a.shape().ToString(),
                     ", In[1]: ", b.shape().ToString()));
  }
  return s;
}

}  // namespace millrace
