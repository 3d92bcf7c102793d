#include "kernels/rnn/float_memory.h"

#include <algorithm>

#include "core/base/status.h"
#include "kernels/math/wide.h"

namespace millrace {

FloatInput::FloatInput(const Tensor& t) {
  const bool own = t.dtype() == DType::kFloat;
  if (!own) converted_ = LoadWide<float>(t);
  data_ = own ? t.data<float>() : converted_.data();
}

absl::Status FloatOutput::Allocate(KernelContext& c, int i, const Shape& shape) {
  MR_RETURN_IF_ERROR(c.allocate_output(i, shape, &tensor_));
  if (tensor_->dtype() == DType::kFloat) {
    data_ = tensor_->mutable_data<float>();
    std::fill_n(data_, shape.num_elements(), 0.0f);
  } else {
    wide_.assign(static_cast<size_t>(shape.num_elements()), 0.0f);
    data_ = wide_.data();
  }
  return absl::OkStatus();
}

void FloatOutput::Store() {
  if (tensor_->dtype() != DType::kFloat)
    StoreWide(std::vector<double>(wide_.begin(), wide_.end()), tensor_);
}

}  // namespace millrace
