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

void HardSwishLoop(const float* input, int32_t count, float* output) {
  Run(input, count, output, [](__m256 x) {
    const __m256 six = _mm256_set1_ps(6.0f);
    const __m256 shifted = _mm256_add_ps(x, _mm256_set1_ps(3.0f));
    // What is not a number stays so: the second operand is taken.
    const __m256 gate = _mm256_min_ps(six, _mm256_max_ps(_mm256_setzero_ps(), shifted));
    return _mm256_div_ps(_mm256_mul_ps(x, gate), six);
  });
}

void EluLoop(const float* input, int32_t count, float* output) {
  Run(input, count, output, [](__m256 x) {
    const __m256 is_negative = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_LT_OQ);
    return _mm256_blendv_ps(x, x86::ExpLessOne8(x), is_negative);
  });
}

}  // namespace millrace::micro
