// One unit of an integer LSTM, from its gates on.
#ifndef MILLRACE_MICRO_KERNELS_REFERENCE_LSTM_UNIT_H_
#define MILLRACE_MICRO_KERNELS_REFERENCE_LSTM_UNIT_H_

#include "micro/kernels/common/sigmoid16.h"
#include "micro/kernels/loops/lstm_cells.h"

namespace millrace::micro::lstm {

inline int32_t Saturate16(int32_t x) { return Clamp(x, -32768, 32767); }

// gate: before its activation, as two terms.
inline int32_t Activated(int gate, int32_t from_input, int32_t from_hidden) {
  const int32_t sum = 3 * Saturate16(Saturate16(from_input) + Saturate16(from_hidden));
  return gate == kCellGate ? Tanh16(sum) : Sigmoid16(sum);
}

// The output less its zero point; gates: after their activation.
inline int32_t UpdateCell(const IntCells& p, const int32_t (&gates)[kGates], int16_t* cell) {
  const int32_t kept = MultiplyByRequant(gates[kForgetGate] * *cell, p.forget);
  const int32_t added = MultiplyByRequant(gates[kInputGate] * gates[kCellGate], p.update);
  const int32_t c =
      Clamp(Saturate16(Saturate16(kept) + Saturate16(added)), p.range.low, p.range.high);
  *cell = static_cast<int16_t>(c);
  const int32_t argument = p.cell_shift >= 0
                               ? 3 * c * (1 << p.cell_shift)
                               : (3 * c + (1 << (-p.cell_shift - 1))) >> -p.cell_shift;
  return MultiplyByRequant(gates[kOutputGate] * Tanh16(argument), p.hidden);
}

}  // namespace millrace::micro::lstm

#endif  // MILLRACE_MICRO_KERNELS_REFERENCE_LSTM_UNIT_H_
