// What a fused activation lets through.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

constexpr float kFloatLowest = -3.40282347e38f;  // and kFloatMax: no bound
constexpr float kFloatMax = 3.40282347e38f;

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

// Op data for an output that is not quantised: a FloatRange for float32, else an IntRange
// of integers.
Status NewActivationRange(const OpContext& context, Activation activation);

// x within the range, whose bounds at the ends of int32 stand for none.
template <typename T>
T ClampInt(T x, IntRange range) {
  if (range.low != INT32_MIN && x < range.low) return range.low;
  if (range.high != INT32_MAX && x > range.high) return range.high;
  return x;
}

// In steps of the quantised output (int8, uint8, int16, int32), cut to what its type holds.
// kUnsupportedType, kUnsupported, or kInvalidQuantization for an output whose scale is not
// positive.
Status QuantizedActivationRange(const OpContext& context, Activation activation,
                                const TensorView& output, IntRange* range);

// The same for bounds that no fused activation has.
Status QuantizedRange(const OpContext& context, FloatRange real, const TensorView& output,
                      IntRange* range);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_ACTIVATION_H_
