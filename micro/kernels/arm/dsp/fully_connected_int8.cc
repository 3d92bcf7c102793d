// Fully connected layers for Armv7E-M: four units at once, four elements of the input a step.
#include "micro/kernels/arm/dsp/output.h"
#include "micro/kernels/arm/dsp/rows.h"
#include "micro/kernels/loops/fully_connected.h"

#if defined(__GNUC__) && !defined(__clang__)
// Loads moved far ahead want more registers than there are.
#pragma GCC optimize("no-schedule-insns")
#endif

namespace millrace::micro {
namespace {

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
  // A filter's zero point doubles its products' range.
  const int32_t products = p.filter_zero_point == 0 ? p.depth : 2 * p.depth;
  const dsp::Int8Output finish(p.output_zero_point, p.range,
                               dsp::AreSmall(products, bias, p.units));
  const int32_t depth = p.depth, units = p.units, zero_point = p.input_zero_point;
  // With one factor for all units each step along the factors is none.
  const bool by_unit = p.factors.multipliers != nullptr;
  const auto shift = static_cast<int8_t>(p.requant.shift);
  const int32_t* multipliers = by_unit ? p.factors.multipliers : &p.requant.multiplier;
  const int8_t* shifts = by_unit ? p.factors.shifts : &shift;
  const int step = by_unit ? 1 : 0;
  for (int32_t b = 0; b < p.batches; ++b, input += depth) {
    const int32_t correction = Correction(p, input);
    const int8_t* rows = filter;
    int32_t u = 0;
    for (; u + 4 <= units; u += 4, rows += 4 * depth) {
      dsp::FourSums sums = {correction, correction, correction, correction};
      if (bias != nullptr) {
        sums.a += bias[u];
        sums.b += bias[u + 1];
        sums.c += bias[u + 2];
        sums.d += bias[u + 3];
      }
      sums = dsp::FourRows(input, zero_point, depth, rows, sums);
      *output++ = finish(sums.a, multipliers[u * step], shifts[u * step]);
      *output++ = finish(sums.b, multipliers[(u + 1) * step], shifts[(u + 1) * step]);
      *output++ = finish(sums.c, multipliers[(u + 2) * step], shifts[(u + 2) * step]);
      *output++ = finish(sums.d, multipliers[(u + 3) * step], shifts[(u + 3) * step]);
    }
    for (; u < units; ++u, rows += depth) {
      const int32_t sum = dsp::OneRow(input, zero_point, depth, rows) + correction;
      *output++ =
          finish(sum + (bias == nullptr ? 0 : bias[u]), multipliers[u * step], shifts[u * step]);
    }
  }
}

}  // namespace millrace::micro
