// Checks of quantised layers: convolutions, fully connected.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_
#define MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

// Weights of which a layer of float32 makes a hybrid one.
inline bool IsNarrow(TensorType type) {
  return type == TensorType::kInt8 || type == TensorType::kInt4;
}
// Whether a layer of int8, uint8 or int16 activations takes such weights.
bool AreWeightsOf(TensorType activations, TensorType weights);

// Of int8 tensors in -128 .. 127, of uint8 in 0 .. 255, of int16 tensors 0. kInvalidQuantization by
// context.Fail.
Status CheckZeroPoints(const OpContext& context, const TensorView& input, const TensorView& output);

// What MultiplyByRequant64 asks of the factors of int16 layers.
Status CheckScalesOfInt16(const OpContext& context, const TensorView& input,
                          const TensorView& filter, const TensorView& output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_
