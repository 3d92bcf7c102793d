#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/float_output.h"

namespace millrace::micro {
namespace {

// Sums of `channels` channels from `first` on, of one output. The same as FinishHybrid.
void Finish(const ConvHybrid& p, const x86::FloatOutput& store, const int32_t* sums, int32_t first,
            int32_t channels, float* output) {
  float scaled[64];
  for (int32_t c = 0; c < channels; c += 64) {
    const int32_t count = std::min(64, channels - c);
    for (int32_t i = 0; i < count; ++i) {
      const float scale = p.input_scale * p.filter_scales[p.by_channel ? first + c + i : 0];
      scaled[i] = static_cast<float>(sums[c + i]) * scale;
    }
    store.Store(scaled, first + c, count, output + c);
  }
}

}  // namespace

void ConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter, TensorType filter_type,
              const float* bias, float* output) {
  if (filter_type != TensorType::kInt8 || !x86::FitsTiles(p.shape)) {
    ConvSums<int32_t>(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                      FinishHybrid{p, bias, output});
    return;
  }
  const x86::FloatOutput store(p.range, bias);
  x86::ConvTiles(p.shape, input, p.input_zero_point, static_cast<const int8_t*>(filter), 0,
                 [&](const int32_t* sums, int32_t stride, int32_t first, int32_t channels,
                     ptrdiff_t at, int count) {
                   for (int v = 0; v < count; ++v) {
                     Finish(p, store, sums + v * stride, first, channels,
                            output + at + static_cast<ptrdiff_t>(v) * p.shape.output_channels);
                   }
                 });
}

}  // namespace millrace::micro
