#include "micro/kernels/reference/lstm_unit.h"

namespace millrace::micro::lstm {

void UpdateCells(const IntCells& p, const GateSums& sums, const int32_t* const (&bias)[kGates],
                 int32_t count, int16_t* cell, int8_t* output) {
  for (int32_t u = 0; u < count; ++u) {
    int32_t gates[kGates];
    for (int g = 0; g < kGates; ++g) {
      gates[g] = Activated(g, MultiplyByRequant(sums.from_input[u][g] + bias[g][u], p.weights[g]),
                           MultiplyByRequant(sums.from_hidden[u][g], p.recurrent[g]));
    }
    output[u] =
        static_cast<int8_t>(Clamp(UpdateCell(p, gates, cell + u) + p.zero_point, -128, 127));
  }
}

}  // namespace millrace::micro::lstm
