// What becomes of eight sums of floats.
#ifndef MILLRACE_MICRO_KERNELS_X86_FLOAT_OUTPUT_H_
#define MILLRACE_MICRO_KERNELS_X86_FLOAT_OUTPUT_H_

#include <immintrin.h>

#include <cstdint>

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro::x86 {

// out = sum + bias, within the range. The same as ClampFloat for values that are not numbers.
class FloatOutput {
 public:
  // bias: one a channel, or nullptr.
  FloatOutput(FloatRange range, const float* bias)
      : range_(range),
        bias_(bias),
        low_(_mm256_set1_ps(range.low)),
        high_(_mm256_set1_ps(range.high)) {}

  __m256 Bias8(int32_t channel) const {
    return bias_ == nullptr ? _mm256_setzero_ps() : _mm256_loadu_ps(bias_ + channel);
  }
  void Store8(__m256 value, float* out) const {
    _mm256_storeu_ps(out, _mm256_min_ps(high_, _mm256_max_ps(low_, value)));
  }
  float One(float sum, int32_t channel) const {
    return ClampFloat(sum + (bias_ == nullptr ? 0.0f : bias_[channel]), range_.low, range_.high);
  }
  // `count` channels from `channel` on.
  void Store(const float* sums, int32_t channel, int32_t count, float* out) const {
    int32_t c = 0;
    for (; c + 8 <= count; c += 8) {
      Store8(_mm256_add_ps(_mm256_loadu_ps(sums + c), Bias8(channel + c)), out + c);
    }
    for (; c < count; ++c) out[c] = One(sums[c], channel + c);
  }

 private:
  FloatRange range_;
  const float* bias_;
  __m256 low_;
  __m256 high_;
};

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_FLOAT_OUTPUT_H_
