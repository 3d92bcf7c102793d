// Float transposed convolutions whose filter's rows were turned beforehand (turned_rows.h), in
// blocks of kTurnedChannels. The reference adds up tap by tap, this product by product and fused:
// results differ in the last bits.
#ifndef MILLRACE_MICRO_HOST_TURNED_TRANSPOSE_CONV_H_
#define MILLRACE_MICRO_HOST_TURNED_TRANSPOSE_CONV_H_

#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {

constexpr int32_t kMaxTransposeConvTaps = 128;

// TransposeConvLoop of such a filter. REQUIRES: height times width of the filter is not more than
// kMaxTransposeConvTaps.
void TurnedTransposeConv(const TransposeConvFloat& p, const float* input, const float* filter,
                         const float* bias, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_TURNED_TRANSPOSE_CONV_H_
