#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {

void AddInt8Row(const void* data, const PairRow& row) {
  const AddQuantized p = *static_cast<const AddQuantized*>(data);
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  for (int32_t i = 0; i < row.count; ++i, a += row.a_stride, b += row.b_stride) {
    out[i] = static_cast<int8_t>(AddElements(p, *a, *b));
  }
}

}  // namespace millrace::micro
