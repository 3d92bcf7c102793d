#include "micro/kernels/loops/float_activation.h"

#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/float_math.h"

namespace millrace::micro {
namespace {

template <typename Eight>
void Run(const float* input, int32_t count, float* output, const Eight& eight) {
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(output + i, eight(_mm256_loadu_ps(input + i)));
  if (i == count) return;
  const __m256i lanes = x86::FirstLanes(count - i);
  _mm256_maskstore_ps(output + i, lanes, eight(_mm256_maskload_ps(input + i, lanes)));
}

}  // namespace

void LogisticLoop(const float* input, int32_t count, float* output) {
  Run(input, count, output, [](__m256 x) { return x86::Logistic8(x); });
}

void TanhLoop(const float* input, int32_t count, float* output) {
  Run(input, count, output, [](__m256 x) { return x86::Tanh8(x); });
}

}  // namespace millrace::micro
