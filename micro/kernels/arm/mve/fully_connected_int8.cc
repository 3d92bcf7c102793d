// Fully connected layers for Armv8.1-M with Helium: 16 elements a step, four units an output step.
#include "micro/kernels/arm/mve/dots.h"
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

// Rows of the filter, from one unit on.
struct Rows {
  const int8_t* first;
  int32_t depth;
  int32_t zero_point;  // of the input
};

// sum (x - z) w of up to four rows.
inline int32x4_t FourUnits(const int8_t* x, const Rows& rows, int32_t count) {
  const int32_t depth = rows.depth;
  const int8_t* const second = rows.first + depth;
  const int8_t* const third = second + depth;
  int32_t sums[4];
  // A row that is not there is the first again.
  mve::TwoDots(x, rows.first, count > 1 ? second : rows.first, depth, rows.zero_point, sums);
  if (count > 2) {
    mve::TwoDots(x, third, count > 3 ? third + depth : third, depth, rows.zero_point, sums + 2);
  }
  return vldrwq_s32(sums);
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedQuantized& from, const int8_t* input,
                        const int8_t* filter, const int32_t* bias, int8_t* output) {
  // A copy: the compiler must take bytes that are written for any memory it can reach.
  const FullyConnectedQuantized p = from;
  const mve::Int8Output finish = {p.output_zero_point, p.range};
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    // What the filter's zero point takes: v sum (x - z).
    const int32_t correction =
        p.filter_zero_point == 0
            ? 0
            : p.filter_zero_point * (mve::Sum(input, p.depth) - p.depth * p.input_zero_point);
    Rows rows = {filter, p.depth, p.input_zero_point};
    for (int32_t u = 0; u < p.units; u += 4, output += 4, rows.first += 4 * p.depth) {
      const mve_pred16_t lanes = vctp32q(static_cast<uint32_t>(p.units - u));
      int32x4_t x = vsubq_n_s32(FourUnits(input, rows, p.units - u), correction);
      if (bias != nullptr) x = vaddq_s32(x, vldrwq_z_s32(bias + u, lanes));
      x = p.factors.multipliers == nullptr
              ? mve::Requantized(x, p.requant)
              : mve::Requantized(x, vldrwq_z_s32(p.factors.multipliers + u, lanes),
                                 vldrbq_z_s32(p.factors.shifts + u, lanes));
      vstrbq_p_s32(output, finish.Clamped(x), lanes);
    }
    output -= -p.units & 3;
  }
}

}  // namespace millrace::micro
