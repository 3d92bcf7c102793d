// The inner loops of additions and multiplications: one row of two operands. kernels/reference/
// holds them in plain C++; a target's folder may hold a file of the same name that is linked
// instead. The output may lie where an operand of stride 1 does.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_ARITHMETIC_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_ARITHMETIC_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// Both operands are brought to twice the larger of their scales, with left_shift bits more, then
// added, then brought to the output's scale.
struct AddFactors {
  Requant a;
  Requant b;
  Requant output;
  IntRange range;
};
struct AddQuantized {
  AddFactors factors;
  int32_t a_zero_point;
  int32_t b_zero_point;
  int32_t output_zero_point;
  int left_shift;
  int32_t sign;  // of b: -1 subtracts
};

inline int32_t AddElements(const AddQuantized& p, int32_t a, int32_t b) {
  const AddFactors& f = p.factors;
  const int32_t x = MultiplyByRequant((a - p.a_zero_point) * (1 << p.left_shift), f.a);
  const int32_t y = MultiplyByRequant((b - p.b_zero_point) * (1 << p.left_shift), f.b);
  const int32_t sum = MultiplyByRequant(x + p.sign * y, f.output) + p.output_zero_point;
  return Clamp(sum, f.range.low, f.range.high);
}

struct MulFactors {
  Requant output;
  IntRange range;
};
struct MulQuantized {
  MulFactors factors;
  int32_t a_zero_point;
  int32_t b_zero_point;
  int32_t output_zero_point;
};

inline int32_t MulElements(const MulQuantized& p, int32_t a, int32_t b) {
  const MulFactors& f = p.factors;
  const int32_t product = (a - p.a_zero_point) * (b - p.b_zero_point);
  return Clamp(MultiplyByRequant(product, f.output) + p.output_zero_point, f.range.low,
               f.range.high);
}

// out[i] = fn(params, a[i], b[i]); T: of the operands and the output.
template <typename T, typename Params, typename Fn>
void QuantizedRow(const Params& params, const PairRow& row, const Fn& fn) {
  const Params p = params;  // which no store to `out` can be thought to change
  const auto* a = static_cast<const T*>(row.a);
  const auto* b = static_cast<const T*>(row.b);
  auto* out = static_cast<T*>(row.out);
  for (int32_t i = 0; i < row.count; ++i, a += row.a_stride, b += row.b_stride) {
    out[i] = static_cast<T>(fn(p, *a, *b));
  }
}

// data: an AddQuantized or MulQuantized, a row of int8 or int16; or a FloatRange, a row of float.
void AddInt8Row(const void* data, const PairRow& row);
void AddInt16Row(const void* data, const PairRow& row);
void MulInt8Row(const void* data, const PairRow& row);
void AddFloatRow(const void* data, const PairRow& row);
void SubFloatRow(const void* data, const PairRow& row);
void MulFloatRow(const void* data, const PairRow& row);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_ARITHMETIC_H_
