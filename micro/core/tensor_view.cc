#include "micro/core/tensor_view.h"

namespace millrace::micro {
namespace {

// A vtable without fields (its own size, the table's size), then the table: the distance to it.
alignas(4) constexpr uint8_t kEmptyTable[] = {4, 0, 4, 0, 4, 0, 0, 0};

}  // namespace

fb::Table TensorView::Quantization() const {
  const uint8_t* target = table_.Target(field::Tensor::kQuantization);
  return fb::Table(target == nullptr ? kEmptyTable + 4 : target);
}

bool TensorView::is_symmetric() const {
  const auto zero_points = Quantization().VectorOf<int64_t>(field::Quantization::kZeroPoint);
  for (int i = 0; i < zero_points.size(); ++i) {
    if (zero_points[i] != 0) return false;
  }
  return true;
}

}  // namespace millrace::micro
