// Checks of quantised layers: convolutions, fully connected.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_
#define MILLRACE_MICRO_KERNELS_COMMON_LAYER_CHECKS_H_

#include "micro/core/op.h"
#include "micro/core/status.h"

namespace millrace::micro {

inline bool IsNarrow(TensorType type) {
  return type == TensorType::kInt8 || type == TensorType::kInt4;
}
// Weights of which float32 activations make a hybrid layer: symmetric, of int8 or int4. The
// format's oldest files call int8 uint8, and its zero point means nothing then.
inline bool AreHybridWeights(const TensorView& weights) {
  return weights.type() == TensorType::kUInt8 ||
         (IsNarrow(weights.type()) && weights.is_symmetric());
}
// How the bytes of such weights are to be read.
inline TensorType HybridType(const TensorView& weights) {
  return weights.type() == TensorType::kInt4 ? TensorType::kInt4 : TensorType::kInt8;
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
