#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

// Requantises `count` vectors of sums of `channels` channels from `first` on.
void Finish(const ConvQuantized& p, const int32_t* bias, const int32_t* sums, int32_t stride,
            int32_t first, int32_t channels, int count, int8_t* output) {
  const x86::Output8 store(p.output_zero_point, p.range);
  int32_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    const x86::Requant8 factors = x86::LoadRequant8(p.factors, first + c);
    const __m256i b = bias == nullptr
                          ? _mm256_setzero_si256()
                          : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + first + c));
    for (int v = 0; v < count; ++v) {
      const __m256i sum =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + v * stride + c));
      store.Store(x86::MultiplyByRequant8(_mm256_add_epi32(sum, b), factors),
                  output + static_cast<ptrdiff_t>(v) * p.shape.output_channels + c);
    }
  }
  const FinishInt8 finish = {p, bias, output};
  for (; c < channels; ++c) {
    for (int v = 0; v < count; ++v) {
      finish(sums[v * stride + c], first + c, v * p.shape.output_channels + c);
    }
  }
}

}  // namespace

void ConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
              const int32_t* bias, int8_t* output) {
  if (!x86::FitsTiles(p.shape)) {
    ConvSums<int32_t>(p.shape, input, p.input_zero_point, filter, FinishInt8{p, bias, output});
    return;
  }
  x86::ConvTiles(
      p.shape, input, p.input_zero_point, filter,
      [&](const int32_t* sums, int32_t stride, int32_t first, int32_t channels, ptrdiff_t at,
          int count) { Finish(p, bias, sums, stride, first, channels, count, output + at); });
}

size_t ConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
