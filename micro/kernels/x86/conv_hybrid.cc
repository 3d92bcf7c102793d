#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/float_output.h"

namespace millrace::micro {
namespace {

// Sums of `channels` channels from `first` on, of one output.
void Finish(const ConvHybrid& p, const x86::FloatOutput& store, const FinishHybrid& rest,
            const int32_t* sums, int32_t first, int32_t channels, float* output, int32_t at) {
  int32_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    const __m256 filter_scales = p.by_channel ? _mm256_loadu_ps(p.filter_scales + first + c)
                                              : _mm256_set1_ps(*p.filter_scales);
    const __m256 scale = _mm256_mul_ps(_mm256_set1_ps(p.input_scale), filter_scales);
    const __m256i sum = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + c));
    const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
    store.Store8(_mm256_add_ps(scaled, store.Bias8(first + c)), output + at + c);
  }
  for (; c < channels; ++c) rest(sums[c], first + c, at + c);
}

}  // namespace

void ConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter, TensorType filter_type,
              const float* bias, float* output) {
  const FinishHybrid rest = {p, bias, output};
  if (filter_type != TensorType::kInt8 || !x86::FitsTiles(p.shape)) {
    ConvNarrowSums(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                   {nullptr, &rest});
    return;
  }
  const x86::FloatOutput store(p.range, bias);
  x86::ConvTiles(p.shape, input, p.input_zero_point, static_cast<const int8_t*>(filter), 0,
                 [&](const int32_t* sums, int32_t stride, int32_t first, int32_t channels,
                     ptrdiff_t at, int count) {
                   for (int v = 0; v < count; ++v) {
                     Finish(p, store, rest, sums + v * stride, first, channels, output,
                            static_cast<int32_t>(at) + v * p.shape.output_channels);
                   }
                 });
}

}  // namespace millrace::micro
