// Fully connected layers for Armv8.1-M with Helium: 16 elements a step, four units an output step.
#include "micro/kernels/arm/mve/dots.h"
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

// sum (x - z) w of up to four rows; z: the input's zero point.
int32x4_t FourUnits(const int8_t* x, const int8_t* row, int32_t depth, int32_t zero_point,
                    int32_t count) {
  int32_t sums[4] = {0, 0, 0, 0};
  for (int32_t k = 0; k < count; k += 2) {
    const int32_t next = k + 1 < count ? depth : 0;
    mve::DotAndSum a, b;
    mve::TwoDotsAndSums(x, row, row + next, depth, &a, &b);
    sums[k] = a.dot - zero_point * a.sum;
    sums[k + 1] = b.dot - zero_point * b.sum;
    row += depth + next;
  }
  return vldrwq_s32(sums);
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output) {
  const mve::Int8Output finish = {p.output_zero_point, p.range};
  const int32_t depth = p.depth, zero_point = p.input_zero_point;
  const bool by_unit = p.factors.multipliers != nullptr;
  int32x4_t multipliers = vdupq_n_s32(p.requant.multiplier);
  int32x4_t shifts = vdupq_n_s32(p.requant.shift);
  for (int32_t b = 0; b < p.batches; ++b, input += depth) {
    // What the filter's zero point takes: v sum (x - z).
    const int32_t correction =
        p.filter_zero_point == 0
            ? 0
            : p.filter_zero_point * (mve::Sum(input, depth) - depth * zero_point);
    for (int32_t u = 0; u < p.units; u += 4) {
      const int32_t count = p.units - u < 4 ? p.units - u : 4;
      const mve_pred16_t lanes = vctp32q(static_cast<uint32_t>(count));
      int32x4_t x = FourUnits(input, filter + u * depth, depth, zero_point, count);
      x = vsubq_n_s32(x, correction);
      if (bias != nullptr) x = vaddq_s32(x, vldrwq_z_s32(bias + u, lanes));
      if (by_unit) {
        multipliers = vldrwq_z_s32(p.factors.multipliers + u, lanes);
        shifts = vldrbq_z_s32(p.factors.shifts + u, lanes);
      }
      vstrbq_p_s32(output, finish.Clamped(mve::Requantized(x, multipliers, shifts)), lanes);
      output += count;
    }
  }
}

}  // namespace millrace::micro
