// Fully connected layers for Armv7E-M: four units at once, four elements of the input a step.
#include "micro/kernels/arm/dsp/output.h"
#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

using dsp::Load4;

// sums[k] += the products of the input, less its zero point, with row k of kRows.
template <int kRows>
inline void AddProducts(const int8_t* x, int32_t zero_point, int32_t depth, const int8_t* rows,
                        int32_t* sums) {
  const int16x2_t minus_zero = dsp::Twice(-zero_point);
  int32_t sum[kRows];
  for (int k = 0; k < kRows; ++k) sum[k] = sums[k];
  const int8_t* const end = x + depth / 4 * 4;
  while (x != end) {
    const uint32_t bytes = Load4(x);
    x += 4;
    const int16x2_t even = dsp::EvenPlus(minus_zero, bytes), odd = dsp::OddPlus(minus_zero, bytes);
#pragma GCC unroll 4
    for (int k = 0; k < kRows; ++k) {
      const uint32_t w = Load4(rows + k * depth);
      sum[k] = __smlad(even, dsp::Even(w), sum[k]);
      sum[k] = __smlad(odd, dsp::Odd(w), sum[k]);
    }
    rows += 4;
  }
  for (int32_t i = 0; i < depth % 4; ++i) {
    for (int k = 0; k < kRows; ++k) sum[k] += (x[i] - zero_point) * rows[k * depth + i];
  }
  for (int k = 0; k < kRows; ++k) sums[k] = sum[k];
}

// What a filter's zero point takes from each sum.
int32_t Correction(const FullyConnectedQuantized& p, const int8_t* input) {
  if (p.filter_zero_point == 0) return 0;
  int32_t sum = 0;
  for (int32_t d = 0; d < p.depth; ++d) sum += input[d] - p.input_zero_point;
  return -p.filter_zero_point * sum;
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output) {
  const dsp::Int8Output finish(p.output_zero_point, p.range);
  const bool by_unit = p.factors.multipliers != nullptr;
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const int32_t correction = Correction(p, input);
    const int8_t* rows = filter;
    for (int32_t u = 0; u < p.units;) {
      const int32_t count = p.units - u >= 4 ? 4 : 1;
      int32_t sums[4];
      for (int32_t k = 0; k < count; ++k) {
        sums[k] = correction + (bias == nullptr ? 0 : bias[u + k]);
      }
      if (count == 4) {
        AddProducts<4>(input, p.input_zero_point, p.depth, rows, sums);
      } else {
        AddProducts<1>(input, p.input_zero_point, p.depth, rows, sums);
      }
      rows += count * p.depth;
      for (int32_t k = 0; k < count; ++k, ++u) {
        *output++ = by_unit ? finish(sums[k], p.factors.multipliers[u], p.factors.shifts[u])
                            : finish(sums[k], p.requant.multiplier, p.requant.shift);
      }
    }
  }
}

}  // namespace millrace::micro
