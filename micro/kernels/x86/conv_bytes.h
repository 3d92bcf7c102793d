// Convolutions of bytes in tiles, whole.
#ifndef MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_
#define MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro::x86 {

// Requantises `count` vectors of sums of some channels. T: int8 or uint8.
template <typename T>
class SumsFinisher {
 public:
  SumsFinisher(const ConvQuantized& p, const int32_t* bias)
      : p_(p),
        bias_(bias),
        store_(p.output_zero_point, p.range),
        halved_(p.output_zero_point, p.range) {}

  // Channels first .. first + channels - 1; output: that of the first of them.
  void Run(const int32_t* sums, int32_t stride, int32_t first, int32_t channels, int count,
           T* output) const {
    int32_t c = 0;
    for (; c + 16 <= channels && AreHalving(p_.factors, first + c) &&
           AreHalving(p_.factors, first + c + 8);
         c += 16) {
      Sixteen(sums + c, stride, first + c, count, output + c);
    }
    for (; c + 8 <= channels; c += 8) {
      AreHalving(p_.factors, first + c)
          ? Eight(sums + c, stride, first + c, count, output + c)
          : EightOfAny(sums + c, stride, first + c, count, output + c);
    }
    const FinishByte<T> finish = {p_, bias_, output};
    for (; c < channels; ++c) {
      for (int v = 0; v < count; ++v) {
        finish(sums[v * stride + c], first + c, v * p_.shape.output_channels + c);
      }
    }
  }

 private:
  __m256i Bias(int32_t channel) const {
    return bias_ == nullptr ? _mm256_setzero_si256()
                            : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias_ + channel));
  }
  static __m256i Sum(const int32_t* sums, __m256i bias) {
    return _mm256_add_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums)), bias);
  }

  // Of two vectors at once.
  void Sixteen(const int32_t* sums, int32_t stride, int32_t channel, int count, T* output) const {
    const Halving8 low = LoadHalving8(p_.factors, channel),
                   high = LoadHalving8(p_.factors, channel + 8);
    const __m256i low_bias = Bias(channel), high_bias = Bias(channel + 8);
    for (int v = 0; v < count;
         v += 2, output += 2 * static_cast<ptrdiff_t>(p_.shape.output_channels)) {
      const int32_t* one = sums + v * stride;
      const int32_t* other = v + 1 < count ? one + stride : one;
      const __m256i bytes = halved_.Bytes(
          TimesHalving8(Sum(one, low_bias), low), TimesHalving8(Sum(one + 8, high_bias), high),
          TimesHalving8(Sum(other, low_bias), low), TimesHalving8(Sum(other + 8, high_bias), high));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(output), _mm256_castsi256_si128(bytes));
      if (v + 1 == count) return;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(output + p_.shape.output_channels),
                       _mm256_extracti128_si256(bytes, 1));
    }
  }

  // Of four vectors at once.
  void Eight(const int32_t* sums, int32_t stride, int32_t channel, int count, T* output) const {
    const Halving8 factors = LoadHalving8(p_.factors, channel);
    const __m256i bias = Bias(channel);
    for (int v = 0; v < count; v += 4) {
      const auto of = [&](int i) {
        return TimesHalving8(Sum(sums + std::min(v + i, count - 1) * stride, bias), factors);
      };
      StoreEights(halved_.Bytes(of(0), of(1), of(2), of(3)), count - v, output,
                  p_.shape.output_channels);
      output += 4 * static_cast<ptrdiff_t>(p_.shape.output_channels);
    }
  }

  // Factors of all sizes.
  void EightOfAny(const int32_t* sums, int32_t stride, int32_t channel, int count,
                  T* output) const {
    const Requant8 factors = LoadRequant8(p_.factors, channel);
    const __m256i bias = Bias(channel);
    for (int v = 0; v < count; ++v) {
      store_.Store(MultiplyByRequant8(Sum(sums + v * stride, bias), factors),
                   output + static_cast<ptrdiff_t>(v) * p_.shape.output_channels);
    }
  }

  const ConvQuantized& p_;
  const int32_t* bias_;
  Output8 store_;
  HalvedOutput<T> halved_;
};

// REQUIRES: FitsTiles(p.shape).
template <typename T>
void ConvBytes(const ConvQuantized& p, const T* input, const T* filter, int32_t filter_zero_point,
               const int32_t* bias, T* output) {
  const SumsFinisher<T> finisher(p, bias);
  ConvTiles(p.shape, input, p.input_zero_point, filter, filter_zero_point,
            [&](const int32_t* sums, int32_t stride, int32_t first, int32_t channels, ptrdiff_t at,
                int count) { finisher.Run(sums, stride, first, channels, count, output + at); });
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_
