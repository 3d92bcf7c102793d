// What becomes of the sums of an LSTM's gates: the cells and outputs of a few units.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_LSTM_CELLS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_LSTM_CELLS_H_

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/lstm.h"

namespace millrace::micro::lstm {

constexpr int32_t kFloatCells = 8;  // units at once
constexpr int32_t kIntCells = 4;

// gates: of each unit its gates before their activation. cell and output: one a unit.
// count <= kFloatCells. clip: of the cell, 0 for none.
void UpdateCells(const float (&gates)[kFloatCells][kGates], float clip, int32_t count, float* cell,
                 float* output);

// Factors of an integer LSTM. Gates have 12 bits behind the point before their activation and 15
// after it.
struct IntCells {
  Requant weights[kGates];    // of sums over the input,
  Requant recurrent[kGates];  // over the hidden state
  Requant forget;             // of forget gate times cell,
  Requant update;             // input gate times cell gate,
  Requant hidden;             // output gate times tanh(cell)
  int cell_shift;             // tanh's argument is 3 * cell * 2^cell_shift
  IntRange range;             // of the cell
  int32_t zero_point;         // of the output
};

// Of each unit the sums of its gates. Units that are not there may hold anything.
struct GateSums {
  int32_t from_input[kIntCells][kGates];
  int32_t from_hidden[kIntCells][kGates];
};

// bias: of each gate, one a unit. count <= kIntCells.
void UpdateCells(const IntCells& p, const GateSums& sums, const int32_t* const (&bias)[kGates],
                 int32_t count, int16_t* cell, int8_t* output);

}  // namespace millrace::micro::lstm

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_LSTM_CELLS_H_
