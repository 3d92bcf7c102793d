#include "micro/kernels/reference/transpose_conv_sums.h"
#include "micro/kernels/x86/int16_output.h"
#include "micro/kernels/x86/transpose_conv_phases.h"

namespace millrace::micro {

void TransposeConvInt16Loop(const TransposeConvInt& p, const int16_t* input, const int8_t* filter,
                            const void* bias, TensorType bias_type, int16_t* output) {
  const TransposeConvShape& s = p.shape;
  const Int16Requant requant = p.RequantOfInt16(bias, bias_type);
  if (!x86::transposed::Fits(s)) {
    return Gather<int64_t>(s, 0, input, filter, output, requant);
  }
  const x86::Int16Finisher<int64_t> finisher(requant, ptrdiff_t{s.x.stride} * s.channels);
  x86::transposed::Run<int64_t>(s, 0, input, filter, finisher, output);
}

}  // namespace millrace::micro
