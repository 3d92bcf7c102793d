// The cells of an integer LSTM for Armv8.1-M with Helium: four units at once.
#include "micro/kernels/arm/mve/output.h"
#include "micro/kernels/common/sigmoid16.h"
#include "micro/kernels/loops/lstm_cells.h"

namespace millrace::micro::lstm {
namespace {

int32x4_t Saturated16(int32x4_t x) {
  return vminq_s32(vmaxq_s32(x, vdupq_n_s32(-32768)), vdupq_n_s32(32767));
}

// 65536 * 2^kBits * s(|x| / 2^kBits in knots), see common/sigmoid16.cc.
template <int kBits>
int32x4_t Interpolated(int32x4_t x, int32_t beyond) {
  const uint32x4_t position = vreinterpretq_u32_s32(vabsq_s32(x));
  const uint32x4_t knot = vshrq_n_u32(position, kBits);
  const mve_pred16_t inside = vcmphiq_u32(vdupq_n_u32(kSigmoidKnots - 1), knot);
  const uint32x4_t low = vldrhq_gather_shifted_offset_z_u32(kSigmoid16, knot, inside);
  const uint32x4_t high = vldrhq_gather_shifted_offset_z_u32(kSigmoid16 + 1, knot, inside);
  const uint32x4_t rest = vandq_u32(position, vdupq_n_u32((1u << kBits) - 1));
  const uint32x4_t sum = vaddq_u32(vshlq_n_u32(low, kBits), vmulq_u32(rest, vsubq_u32(high, low)));
  return vpselq_s32(vreinterpretq_s32_u32(sum), vdupq_n_s32(beyond << kBits), inside);
}

// Sigmoid16 and Tanh16 of four arguments.
int32x4_t Sigmoid(int32x4_t x) {
  constexpr int kBits = 9;
  const int32x4_t s = Interpolated<kBits>(x, 0xFFFE);
  const int32x4_t mirrored = vsubq_s32(vdupq_n_s32((1 << (16 + kBits)) - 1), s);
  const int32x4_t of_sign = vpselq_s32(s, mirrored, vcmpgeq_n_s32(x, 0));
  return vrshrq_n_s32(of_sign, kBits + 1);
}
int32x4_t Tanh(int32x4_t x) {
  constexpr int kBits = 8;
  const int32x4_t s = vsubq_n_s32(Interpolated<kBits>(x, 0xFFFF), 1 << (15 + kBits));
  const int32x4_t mirrored = vsubq_s32(vdupq_n_s32(-1), s);
  const int32x4_t of_sign = vpselq_s32(s, mirrored, vcmpgeq_n_s32(x, 0));
  return vrshrq_n_s32(of_sign, kBits);
}

// Four units of each gate, from the gates of each unit.
int32x4x4_t ByGate(const int32_t (&of_units)[kIntCells][kGates]) { return vld4q_s32(of_units[0]); }

}  // namespace

void UpdateCells(const IntCells& p, const GateSums& sums, const int32_t* const (&bias)[kGates],
                 int32_t count, int16_t* cell, int8_t* output) {
  const mve_pred16_t some = vctp32q(static_cast<uint32_t>(count));
  const int32x4x4_t from_input = ByGate(sums.from_input), from_hidden = ByGate(sums.from_hidden);
  int32x4_t gates[kGates];
  for (int g = 0; g < kGates; ++g) {
    const int32x4_t biased = vaddq_s32(from_input.val[g], vldrwq_z_s32(bias[g], some));
    const int32x4_t sum =
        Saturated16(vaddq_s32(Saturated16(mve::Requantized(biased, p.weights[g])),
                              Saturated16(mve::Requantized(from_hidden.val[g], p.recurrent[g]))));
    const int32x4_t argument = vmulq_n_s32(sum, 3);
    gates[g] = g == kCellGate ? Tanh(argument) : Sigmoid(argument);
  }
  int32x4_t c = vldrhq_z_s32(cell, some);
  const int32x4_t kept = mve::Requantized(vmulq_s32(gates[kForgetGate], c), p.forget);
  const int32x4_t added =
      mve::Requantized(vmulq_s32(gates[kInputGate], gates[kCellGate]), p.update);
  c = Saturated16(vaddq_s32(Saturated16(kept), Saturated16(added)));
  c = vminq_s32(vmaxq_s32(c, vdupq_n_s32(p.range.low)), vdupq_n_s32(p.range.high));
  vstrhq_p_s32(cell, c, some);
  const int32x4_t argument = vrshlq_n_s32(vmulq_n_s32(c, 3), p.cell_shift);
  const int32x4_t y = mve::Requantized(vmulq_s32(gates[kOutputGate], Tanh(argument)), p.hidden);
  const mve::Int8Output finish = {p.zero_point, {-128, 127}};
  vstrbq_p_s32(output, finish.Clamped(y), some);
}

}  // namespace millrace::micro::lstm
