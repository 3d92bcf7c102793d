#include "micro/kernels/reference/transpose_conv_sums.h"
#include "micro/kernels/x86/conv_bytes.h"
#include "micro/kernels/x86/transpose_conv_phases.h"

namespace millrace::micro {

void TransposeConvLoop(const TransposeConvInt& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, int8_t* output) {
  const TransposeConvShape& s = p.shape;
  if (!x86::transposed::Fits(s)) return GatherBytes(p, input, filter, bias, output);
  ConvQuantized finish = {};
  finish.output_zero_point = p.output_zero_point;
  finish.range = p.range;
  finish.factors = p.factors;
  finish.shape.output_channels = s.x.stride * s.channels;
  x86::transposed::Run<int32_t>(s, p.input_zero_point, input, filter,
                                x86::SumsFinisher<int8_t>(finish, bias), output);
}

}  // namespace millrace::micro
