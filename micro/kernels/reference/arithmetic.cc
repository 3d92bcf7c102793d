#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

template <typename T, typename Params, typename Fn>
void Row(const void* data, const PairRow& row, const Fn& fn) {
  const Params p = *static_cast<const Params*>(data);
  const T* a = static_cast<const T*>(row.a);
  const T* b = static_cast<const T*>(row.b);
  T* out = static_cast<T*>(row.out);
  for (int32_t i = 0; i < row.count; ++i, a += row.a_stride, b += row.b_stride) {
    out[i] = static_cast<T>(fn(p, *a, *b));
  }
}

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) {
  Row<int8_t, AddQuantized>(data, row, AddElements);
}

void MulInt8Row(const void* data, const PairRow& row) {
  Row<int8_t, MulQuantized>(data, row, MulElements);
}

void AddFloatRow(const void* data, const PairRow& row) {
  Row<float, FloatRange>(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a + b, range.low, range.high);
  });
}

void SubFloatRow(const void* data, const PairRow& row) {
  Row<float, FloatRange>(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a - b, range.low, range.high);
  });
}

void MulFloatRow(const void* data, const PairRow& row) {
  Row<float, FloatRange>(data, row, [](const FloatRange& range, float a, float b) {
    return ClampFloat(a * b, range.low, range.high);
  });
}

}  // namespace millrace::micro
