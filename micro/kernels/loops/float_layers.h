// What recurrent layers of float activations share: products with weights of float or int8 (then
// the vector is quantised, too: hybrid), and activations.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LAYERS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LAYERS_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

// Weights of a layer of float activations: float32, or symmetric int8 with one scale. The format's
// oldest models call these uint8.
bool AreFloatLayerWeights(const TensorView& weights);

// Room for a vector while it is quantised. asymmetric: with a zero point of its own.
struct HybridRow {
  int8_t* quantized;
  bool asymmetric;
};

// out[r] += sum_i x[i] * weights[r][i]; weights [rows, n], x [n]. row.quantized: room for n where
// the weights are not float.
void AccumulateProducts(const TensorView& weights, const float* x, const HybridRow& row,
                        float* out);

// Whether Activate knows it: all that the schema has.
bool IsActivation(Activation activation);
// Applies it to each of `count` values.
void Activate(Activation activation, float* values, int32_t count);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LAYERS_H_
