#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/depthwise_channels.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

class Output {
 public:
  using Element = int8_t;
  using Channels = x86::Requant8;

  Output(const ConvQuantized& p, const int32_t* bias)
      : factors_(p.factors), bias_(bias), store_(p.output_zero_point, p.range) {}

  Channels Of(int32_t channel) const { return x86::LoadRequant8(factors_, channel); }
  __m256i Start(int32_t channel) const {
    return bias_ == nullptr ? _mm256_setzero_si256()
                            : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias_ + channel));
  }
  void Store(const Channels& factors, __m256i sums, int8_t* out) const {
    store_.Store(x86::MultiplyByRequant8(sums, factors), out);
  }

 private:
  ChannelFactors factors_;
  const int32_t* bias_;
  x86::Output8 store_;
};

}  // namespace

void DepthwiseConvLoop(const ConvQuantized& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  x86::DepthwiseConv(p.shape, p.input_zero_point, input, filter, Output(p, bias),
                     FinishInt8{p, bias, output}, output);
}

size_t DepthwiseConvScratchBytes(const ConvShape&) { return 0; }

}  // namespace millrace::micro
