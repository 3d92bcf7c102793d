// Eight elements at a time, eight rows at a time where sums are made: the same operations in the
// same order as the reference's, and the same bits.
#include "micro/kernels/common/float_exp.h"
#include "micro/kernels/loops/softmax.h"
#include "micro/kernels/loops/sum_rows.h"
#include "micro/kernels/x86/float_exp8.h"

namespace millrace::micro {
namespace {

constexpr int32_t kRows = 8;
constexpr int32_t kLanes = 8;

float MaxOf(const float* input, int32_t count) {
  float max = input[0];
  int32_t i = 0;
  if (count >= kLanes) {
    // The second operand is what comes out where one is not a number.
    __m256 max8 = _mm256_set1_ps(max);
    for (; i + kLanes <= count; i += kLanes) max8 = _mm256_max_ps(_mm256_loadu_ps(input + i), max8);
    alignas(32) float lanes[kLanes];
    _mm256_store_ps(lanes, max8);
    for (const float lane : lanes) max = lane > max ? lane : max;
  }
  for (; i < count; ++i) max = input[i] > max ? input[i] : max;
  return max;
}

void Exponentials(float beta, const float* input, int32_t count, float* output) {
  const float max = MaxOf(input, count);
  const __m256 max8 = _mm256_set1_ps(max), beta8 = _mm256_set1_ps(beta);
  int32_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const __m256 x = _mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(input + i), max8), beta8);
    _mm256_storeu_ps(output + i, x86::FloatExp8(x));
  }
  for (; i < count; ++i) output[i] = FloatExp((input[i] - max) * beta);
}

void Divide(float sum, int32_t count, float* output) {
  const __m256 sum8 = _mm256_set1_ps(sum);
  int32_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    _mm256_storeu_ps(output + i, _mm256_div_ps(_mm256_loadu_ps(output + i), sum8));
  }
  for (; i < count; ++i) output[i] /= sum;
}

}  // namespace

void SoftmaxRows(float beta, const float* input, int32_t rows, int32_t count, float* output) {
  int32_t row = 0;
  for (; row + kRows <= rows; row += kRows) {
    for (int r = 0; r < kRows; ++r) {
      Exponentials(beta, input + ptrdiff_t{r} * count, count, output + ptrdiff_t{r} * count);
    }
    float sums[kRows];
    SumEachRow(output, kRows, count, sums);
    for (int r = 0; r < kRows; ++r) Divide(sums[r], count, output + ptrdiff_t{r} * count);
    input += ptrdiff_t{kRows} * count;
    output += ptrdiff_t{kRows} * count;
  }
  for (; row < rows; ++row, input += count, output += count) {
    Exponentials(beta, input, count, output);
    float sum;
    SumEachRow(output, 1, count, &sum);
    Divide(sum, count, output);
  }
}

}  // namespace millrace::micro
