#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

template <typename Params, typename Fn>
void Row(const void* data, const PairRow& row, const Fn& fn) {
  const Params p = *static_cast<const Params*>(data);
  const auto* a = static_cast<const int8_t*>(row.a);
  const auto* b = static_cast<const int8_t*>(row.b);
  auto* out = static_cast<int8_t*>(row.out);
  for (int32_t i = 0; i < row.count; ++i, a += row.a_stride, b += row.b_stride) {
    out[i] = static_cast<int8_t>(fn(p, *a, *b));
  }
}

}  // namespace

void AddInt8Row(const void* data, const PairRow& row) { Row<AddQuantized>(data, row, AddElements); }

void MulInt8Row(const void* data, const PairRow& row) { Row<MulQuantized>(data, row, MulElements); }

}  // namespace millrace::micro
