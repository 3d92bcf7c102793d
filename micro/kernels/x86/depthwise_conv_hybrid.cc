#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/depthwise_channels.h"
#include "micro/kernels/x86/float_output.h"

namespace millrace::micro {
namespace {

// The same as FinishHybrid.
class Output {
 public:
  using Element = float;
  struct Channels {
    __m256 scale, bias;
  };

  Output(const ConvHybrid& p, const float* bias)
      : scale_(p.input_scale),
        filter_scales_(p.filter_scales),
        by_channel_(p.by_channel),
        store_(p.range, bias) {}

  Channels Of(int32_t channel) const {
    const __m256 scales =
        by_channel_ ? _mm256_loadu_ps(filter_scales_ + channel) : _mm256_set1_ps(*filter_scales_);
    return {_mm256_mul_ps(_mm256_set1_ps(scale_), scales), store_.Bias8(channel)};
  }
  __m256i Start(int32_t) const { return _mm256_setzero_si256(); }
  void Store(const Channels& channels, const __m256i* sums, int count, float* out,
             ptrdiff_t stride) const {
    for (int i = 0; i < count; ++i, out += stride) {
      const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[i]), channels.scale);
      store_.Store8(_mm256_add_ps(scaled, channels.bias), out);
    }
  }

 private:
  float scale_;
  const float* filter_scales_;
  bool by_channel_;
  x86::FloatOutput store_;
};

}  // namespace

void DepthwiseConvLoop(const ConvHybrid& p, const int8_t* input, const void* filter,
                       TensorType filter_type, const float* bias, float* output) {
  const FinishHybrid finish = {p, bias, output};
  if (filter_type != TensorType::kInt8) {
    DepthwiseConvNarrowSums(p.shape, input, p.input_zero_point, NarrowWeights(filter, filter_type),
                            {nullptr, &finish});
    return;
  }
  x86::DepthwiseConv(p.shape, p.input_zero_point, input, static_cast<const int8_t*>(filter), 0,
                     Output(p, bias), finish, output);
}

}  // namespace millrace::micro
