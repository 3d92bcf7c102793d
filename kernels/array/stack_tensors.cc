#include "kernels/array/stack_tensors.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {

absl::StatusOr<Tensor> StackTensors(absl::Span<const Tensor> tensors) {
  const Tensor& first = tensors[0];
  Shape shape = first.shape();
  MR_RETURN_IF_ERROR(shape.InsertDim(0, static_cast<int64_t>(tensors.size())));
  MR_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(first.dtype(), shape));
  const int64_t row = first.num_elements();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    if (t.shape() != first.shape() || t.dtype() != first.dtype()) {
      return absl::InvalidArgumentError(absl::StrCat("the first element had shape ",
                                                     first.shape().ToString(), " and element ", i,
                                                     " had shape ", t.shape().ToString()));
    }
    CopyElements(t.dtype(), t.raw_data(), MutableElementAt(out, static_cast<int64_t>(i) * row),
                 row);
  }
  return out;
}

}  // namespace millrace
