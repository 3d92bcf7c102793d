#include "micro/kernels/common/packed_int4.h"
#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"

namespace millrace::micro {

void ConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter, TensorType filter_type,
              const float* bias, float* output) {
  const FinishHybrid finish = {p, bias, output};
  if (filter_type != TensorType::kInt8 || !x86::FitsTiles(p.shape)) {
    ConvSums<int32_t>(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                      finish);
    return;
  }
  x86::ConvTiles(
      p.shape, input, p.input_zero_point, static_cast<const int8_t*>(filter),
      [&](const int32_t* sums, int32_t first, int32_t channels, ptrdiff_t at, int count) {
        for (int v = 0; v < count; ++v) {
          const auto out = static_cast<int32_t>(at + v * p.shape.output_channels);
          for (int32_t c = 0; c < channels; ++c) {
            finish(sums[v * x86::kMaxChannels + c], first + c, out + c);
          }
        }
      });
}

}  // namespace millrace::micro
