#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

template <typename Fn>
void Row(const void* data, const PairRow& row, const Fn& fn) {
  const FloatRange range = *static_cast<const FloatRange*>(data);
  const auto* a = static_cast<const float*>(row.a);
  const auto* b = static_cast<const float*>(row.b);
  auto* out = static_cast<float*>(row.out);
  for (int32_t i = 0; i < row.count; ++i, a += row.a_stride, b += row.b_stride) {
    out[i] = fn(range, *a, *b);
  }
}

}  // namespace

void AddFloatRow(const void* data, const PairRow& row) {
  Row(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a + b, range.low, range.high);
  });
}

void SubFloatRow(const void* data, const PairRow& row) {
  Row(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a - b, range.low, range.high);
  });
}

void MulFloatRow(const void* data, const PairRow& row) {
  Row(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a * b, range.low, range.high);
  });
}

}  // namespace millrace::micro
