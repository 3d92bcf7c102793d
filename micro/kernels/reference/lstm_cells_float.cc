#include "micro/kernels/loops/lstm_cells.h"

namespace millrace::micro::lstm {
namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + __builtin_expf(-x)); }

}  // namespace

void UpdateCells(const float (&gates)[kFloatCells][kGates], float clip, int32_t count, float* cell,
                 float* output) {
  for (int32_t u = 0; u < count; ++u) {
    const float(&gate)[kGates] = gates[u];
    float c = Sigmoid(gate[kForgetGate]) * cell[u] +
              Sigmoid(gate[kInputGate]) * __builtin_tanhf(gate[kCellGate]);
    if (clip > 0.0f) c = ClampFloat(c, -clip, clip);
    cell[u] = c;
    output[u] = Sigmoid(gate[kOutputGate]) * __builtin_tanhf(c);
  }
}

}  // namespace millrace::micro::lstm
