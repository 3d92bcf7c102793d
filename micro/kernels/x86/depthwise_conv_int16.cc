#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/depthwise_channels.h"
#include "micro/kernels/x86/int16_output.h"

namespace millrace::micro {
namespace {

// Sums are exact in 32 bits: a block has at most kMaxTaps products of 22 bits.
static_assert(x86::kMaxTaps < (1 << 9));

template <typename Sum>
class Output {
 public:
  using Element = int16_t;
  using Channels = x86::SumsRequant8<Sum>;

  explicit Output(const Int16Requant& requant) : requant_(requant), output_(requant.range) {}

  Channels Of(int32_t channel) const { return Channels(requant_, channel); }
  __m256i Start(int32_t) const { return _mm256_setzero_si256(); }
  void Store(const Channels& channels, const __m256i* sums, int count, int16_t* out,
             ptrdiff_t stride) const {
    for (int i = 0; i < count; ++i, out += stride) output_.Store(channels(sums[i]), out);
  }

 private:
  Int16Requant requant_;
  x86::Int16Output output_;
};

}  // namespace

void DepthwiseConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output) {
  const FinishInt16 finish(p, bias, bias_type, output);
  const auto run = [&](const auto& out) {
    x86::DepthwiseConv(p.shape, 0, input, filter, 0, out, finish, output);
  };
  finish.requant.wide ? run(Output<int64_t>(finish.requant)) : run(Output<int32_t>(finish.requant));
}

}  // namespace millrace::micro
