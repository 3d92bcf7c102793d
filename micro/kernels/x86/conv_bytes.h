// Convolutions of bytes in tiles, whole.
#ifndef MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_
#define MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_

#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro::x86 {

// Requantises `count` vectors of sums of `channels` channels from `first` on. T: int8 or uint8.
template <typename T>
void FinishSums(const ConvQuantized& p, const int32_t* bias, const int32_t* sums, int32_t stride,
                int32_t first, int32_t channels, int count, T* output) {
  const Output8 store(p.output_zero_point, p.range);
  int32_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    const Requant8 factors = LoadRequant8(p.factors, first + c);
    const __m256i b = bias == nullptr
                          ? _mm256_setzero_si256()
                          : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + first + c));
    for (int v = 0; v < count; ++v) {
      const __m256i sum =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + v * stride + c));
      store.Store(MultiplyByRequant8(_mm256_add_epi32(sum, b), factors),
                  output + static_cast<ptrdiff_t>(v) * p.shape.output_channels + c);
    }
  }
  const FinishByte<T> finish = {p, bias, output};
  for (; c < channels; ++c) {
    for (int v = 0; v < count; ++v) {
      finish(sums[v * stride + c], first + c, v * p.shape.output_channels + c);
    }
  }
}

// REQUIRES: FitsTiles(p.shape).
template <typename T>
void ConvBytes(const ConvQuantized& p, const T* input, const T* filter, int32_t filter_zero_point,
               const int32_t* bias, T* output) {
  ConvTiles(
      p.shape, input, p.input_zero_point, filter, filter_zero_point,
      [&](const int32_t* sums, int32_t stride, int32_t first, int32_t channels, ptrdiff_t at,
          int count) { FinishSums(p, bias, sums, stride, first, channels, count, output + at); });
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_CONV_BYTES_H_
