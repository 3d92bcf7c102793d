// What a fused activation lets through.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

struct FloatRange {
  float low;
  float high;
};

struct IntRange {
  int32_t low;
  int32_t high;
};

// Of None, Relu, ReluN1To1, Relu6. kUnsupported for others (Tanh, SignBit), by context.Fail.
Status FloatActivationRange(const OpContext& context, Activation activation, FloatRange* range);

// In steps of the quantised output (int8, uint8, int16, int32), cut to what its type holds.
// kUnsupportedType, kUnsupported, or kInvalidQuantization for an output whose scale is not
// positive.
Status QuantizedActivationRange(const OpContext& context, Activation activation,
                                const TensorView& output, IntRange* range);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_
