#include "micro/kernels/reference/conv_sums.h"
#include "micro/kernels/x86/conv_tiles.h"
#include "micro/kernels/x86/int16_output.h"

namespace millrace::micro {
namespace {

template <typename Sum>
void Run(const ConvShape& s, const Int16Requant& requant, const int16_t* input,
         const int8_t* filter, int16_t* output) {
  const x86::Int16Finisher<Sum> finisher(requant, s.output_channels);
  x86::ConvTiles<Sum>(
      s, input, 0, filter, 0,
      [&](const Sum* sums, int32_t stride, int32_t first, int32_t channels, ptrdiff_t at,
          int count) { finisher.Run(sums, stride, first, channels, count, output + at); });
}

}  // namespace

void ConvInt16Loop(const ConvQuantized& p, const int16_t* input, const int8_t* filter,
                   const void* bias, TensorType bias_type, int16_t* output) {
  const FinishInt16 finish(p, bias, bias_type, output);
  if (!x86::FitsTiles(p.shape)) return ConvSums<int64_t>(p.shape, input, 0, filter, finish);
  finish.requant.wide ? Run<int64_t>(p.shape, finish.requant, input, filter, output)
                      : Run<int32_t>(p.shape, finish.requant, input, filter, output);
}

}  // namespace millrace::micro
