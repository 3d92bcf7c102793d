#include "micro/kernels/loops/softmax.h"

#include "micro/kernels/common/float_exp.h"

namespace millrace::micro {

void SoftmaxRow(float beta, const float* input, int32_t count, float* output) {
  float max = input[0];
  for (int32_t i = 1; i < count; ++i) {
    if (input[i] > max) max = input[i];
  }
  float sum = 0.0f;
  for (int32_t i = 0; i < count; ++i) {
    output[i] = FloatExp((input[i] - max) * beta);
    sum += output[i];
  }
  for (int32_t i = 0; i < count; ++i) output[i] /= sum;
}

void SoftmaxRow(const ScaledExp& exp, const int8_t* input, int32_t count, void* output, bool wide) {
  const int bits = wide ? 16 : 8;
  const int32_t low = -(1 << (bits - 1)), high = -low - 1;
  int32_t max;
  const uint32_t sum = exp.Sum(input, count, &max);
  // The sum is (1 + x) * 2^(kSumBits - zeros), x in [0, 1); e^0 is in it, so it is not 0.
  const int zeros = __builtin_clz(sum);
  const int32_t reciprocal = ReciprocalOfOnePlus(static_cast<int32_t>((sum << zeros << 1) >> 1));
  int shift = ScaledExp::kSumBits - zeros + 31 - bits;
  if (shift > 31) shift = 31;  // thousands of elements alike
  for (int32_t i = 0; i < count; ++i) {
    const int32_t difference = input[i] - max;
    int32_t y = low;
    if (difference >= exp.least) {
      const int32_t share = DoublingHighMul(reciprocal, exp.Exp(difference));
      y = Clamp(RoundingShiftRight(share, shift) + low, low, high);
    }
    if (wide) {
      static_cast<int16_t*>(output)[i] = static_cast<int16_t>(y);
    } else {
      static_cast<int8_t*>(output)[i] = static_cast<int8_t>(y);
    }
  }
}

}  // namespace millrace::micro
