// Checks of quantised layers: convolutions, fully connected.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_
#define MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

// Of int8 tensors in -128 .. 127, of int16 tensors 0. kInvalidQuantization by context.Fail.
Status CheckZeroPoints(const OpContext& context, const TensorView& input, const TensorView& output);

// What MultiplyByRequant64 asks of the factors of int16 layers.
Status CheckScalesOfInt16(const OpContext& context, const TensorView& input,
                          const TensorView& filter, const TensorView& output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_
