#include "kernels/tensor_array/array_use.h"

#include "absl/strings/str_cat.h"

namespace millrace {

absl::Status CheckArrayDtype(const TensorArrayResource& array, DType dtype) {
  if (array.dtype() == dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("TensorArray dtype is ", DTypeName(array.dtype()),
                                                 " but Op requested dtype ", DTypeName(dtype),
                                                 "."));
}

Outputs GradientArray(Builder& b, const OpView& op, Output flow) {
  Outputs out = b.Op("TensorArrayGradV3", {op.input(0), flow}, {{"source", "gradients"}});
  out.resize(2);
  return out;
}

}  // namespace millrace
