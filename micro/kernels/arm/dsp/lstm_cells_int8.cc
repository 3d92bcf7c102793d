// The cells of an integer LSTM for Armv7E-M: activations inline, saturation in one instruction.
#include <arm_acle.h>

#include "micro/kernels/common/sigmoid16.h"
#include "micro/kernels/loops/lstm_cells.h"

namespace millrace::micro::lstm {
namespace {

inline int32_t Saturated16(int32_t x) { return __ssat(x, 16); }

// 65536 * 2^kBits * s(x / 2^kBits in knots) for x >= 0, see common/sigmoid16.cc.
template <int kBits>
inline int32_t Interpolated(uint32_t x, uint32_t beyond) {
  const uint32_t knot = x >> kBits;
  if (knot >= kSigmoidKnots - 1) return static_cast<int32_t>(beyond << kBits);
  uint32_t two;  // the knot's value, and the next one's
  __builtin_memcpy(&two, kSigmoid16 + knot, sizeof(two));
  const uint32_t low = two & 0xFFFF;
  return static_cast<int32_t>((low << kBits) + (x & ((1u << kBits) - 1)) * ((two >> 16) - low));
}

inline uint32_t Magnitude(int32_t x) { return static_cast<uint32_t>(x < 0 ? -x : x); }

// Sigmoid16 and Tanh16.
inline int32_t Sigmoid(int32_t x) {
  constexpr int kBits = 9;
  const int32_t s = Interpolated<kBits>(Magnitude(x), 0xFFFE) + (1 << kBits);
  return (x >= 0 ? s : (1 << (16 + kBits)) + (2 << kBits) - 1 - s) >> (kBits + 1);
}
inline int32_t Tanh(int32_t x) {
  constexpr int kBits = 8;
  const int32_t s = Interpolated<kBits>(Magnitude(x), 0xFFFF) - (1 << (15 + kBits));
  return ((x >= 0 ? s : -1 - s) + (1 << (kBits - 1))) >> kBits;
}

// The argument of a gate's activation.
inline int32_t GateArgument(const IntCells& p, int gate, int32_t from_input, int32_t from_hidden) {
  return 3 * Saturated16(Saturated16(MultiplyByRequant(from_input, p.weights[gate])) +
                         Saturated16(MultiplyByRequant(from_hidden, p.recurrent[gate])));
}

}  // namespace

void UpdateCells(const IntCells& p, const GateSums& sums, const int32_t* const (&bias)[kGates],
                 int32_t count, int16_t* cell, int8_t* output) {
  const bool left = p.cell_shift >= 0;
  const int shift = left ? p.cell_shift : -p.cell_shift;
  const int32_t half = left ? 0 : 1 << (shift - 1);
  for (int32_t u = 0; u < count; ++u) {
    const int32_t* from_input = sums.from_input[u];
    const int32_t* from_hidden = sums.from_hidden[u];
    const auto argument = [&](int gate) {
      return GateArgument(p, gate, from_input[gate] + bias[gate][u], from_hidden[gate]);
    };
    const int32_t kept = MultiplyByRequant(Sigmoid(argument(kForgetGate)) * cell[u], p.forget);
    const int32_t added =
        MultiplyByRequant(Sigmoid(argument(kInputGate)) * Tanh(argument(kCellGate)), p.update);
    const int32_t c =
        Clamp(Saturated16(Saturated16(kept) + Saturated16(added)), p.range.low, p.range.high);
    cell[u] = static_cast<int16_t>(c);
    const int32_t scaled = left ? 3 * c << shift : (3 * c + half) >> shift;
    const int32_t y =
        MultiplyByRequant(Sigmoid(argument(kOutputGate)) * Tanh(scaled), p.hidden) + p.zero_point;
    output[u] = static_cast<int8_t>(__ssat(y, 8));
  }
}

}  // namespace millrace::micro::lstm
