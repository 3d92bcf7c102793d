#include "micro/kernels/loops/lstm_cells.h"
#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/float_math.h"

namespace millrace::micro::lstm {
namespace {

// lanes[g] = {gates[0][g], ..., gates[7][g]}
void ByGate(const float (&gates)[kFloatCells][kGates], __m256 (&lanes)[kGates]) {
  __m256 rows[kGates];  // of units u and u + 4
  MR_UNROLL
  for (int u = 0; u < 4; ++u) {
    rows[u] = _mm256_set_m128(_mm_loadu_ps(gates[u + 4]), _mm_loadu_ps(gates[u]));
  }
  const __m256 low01 = _mm256_unpacklo_ps(rows[0], rows[1]);
  const __m256 high01 = _mm256_unpackhi_ps(rows[0], rows[1]);
  const __m256 low23 = _mm256_unpacklo_ps(rows[2], rows[3]);
  const __m256 high23 = _mm256_unpackhi_ps(rows[2], rows[3]);
  lanes[0] = _mm256_shuffle_ps(low01, low23, 0x44);
  lanes[1] = _mm256_shuffle_ps(low01, low23, 0xEE);
  lanes[2] = _mm256_shuffle_ps(high01, high23, 0x44);
  lanes[3] = _mm256_shuffle_ps(high01, high23, 0xEE);
}

}  // namespace

void UpdateCells(const float (&gates)[kFloatCells][kGates], float clip, int32_t count, float* cell,
                 float* output) {
  __m256 gate[kGates];
  ByGate(gates, gate);
  const __m256i lanes = x86::FirstLanes(count);
  __m256 c = _mm256_add_ps(
      _mm256_mul_ps(x86::Logistic8(gate[kForgetGate]), _mm256_maskload_ps(cell, lanes)),
      _mm256_mul_ps(x86::Logistic8(gate[kInputGate]), x86::Tanh8(gate[kCellGate])));
  if (clip > 0.0f) {
    // The second operand is what comes out for a value that is not a number.
    c = _mm256_min_ps(_mm256_set1_ps(clip), _mm256_max_ps(_mm256_set1_ps(-clip), c));
  }
  _mm256_maskstore_ps(cell, lanes, c);
  _mm256_maskstore_ps(output, lanes,
                      _mm256_mul_ps(x86::Logistic8(gate[kOutputGate]), x86::Tanh8(c)));
}

}  // namespace millrace::micro::lstm
