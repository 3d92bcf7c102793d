// Depthwise convolutions of bytes whose output is requantised.
#ifndef MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_BYTES_H_
#define MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_BYTES_H_

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/depthwise_channels.h"
#include "micro/kernels/x86/requant.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86::depthwise {

template <typename T>
class Output {
 public:
  using Element = T;
  struct Channels {
    Halving8 factors;  // if all halve
    int32_t first;
    bool all_halve;
  };

  Output(const ConvQuantized& p, const int32_t* bias)
      : factors_(p.factors),
        bias_(bias),
        halved_(p.output_zero_point, p.range),
        store_(p.output_zero_point, p.range) {}

  Channels Of(int32_t channel) const {
    return {LoadHalving8(factors_, channel), channel, AreHalving(factors_, channel)};
  }
  __m256i Start(int32_t channel) const {
    return bias_ == nullptr ? _mm256_setzero_si256()
                            : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias_ + channel));
  }
  template <int kSums>
  void Store(const Channels& channels, const __m256i (&sums)[kSums], int count, T* out,
             ptrdiff_t stride) const {
    const Halving8& factors = channels.factors;
    if (!channels.all_halve) return StoreAny(channels.first, sums, count, out, stride);
    __m256i halved[4];
    MR_UNROLL
    for (int i = 0; i < 4; ++i) halved[i] = TimesHalving8(sums[i < kSums ? i : 0], factors);
    StoreEights(halved_.Bytes(halved[0], halved[1], halved[2], halved[3]), count, out, stride);
  }

 private:
  // Factors of all sizes.
  void StoreAny(int32_t channel, const __m256i* sums, int count, T* out, ptrdiff_t stride) const {
    const Requant8 factors = LoadRequant8(factors_, channel);
    for (int i = 0; i < count; ++i, out += stride) {
      store_.Store(MultiplyByRequant8(sums[i], factors), out);
    }
  }

  ChannelFactors factors_;
  const int32_t* bias_;
  HalvedOutput<T> halved_;
  Output8 store_;
};

// The whole layer. T: int8 or uint8.
template <typename T>
void Run(const ConvQuantized& p, const T* input, const T* filter, int32_t filter_zero_point,
         const int32_t* bias, T* output) {
  DepthwiseConv(p.shape, p.input_zero_point, input, filter, filter_zero_point, Output<T>(p, bias),
                FinishByte<T>{p, bias, output}, output);
}

}  // namespace millrace::micro::x86::depthwise

#endif  // MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_BYTES_H_
