#include "micro/kernels/loops/float_layers.h"

#include "micro/kernels/common/layer_checks.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/dynamic_quantization.h"

namespace millrace::micro {
namespace {

float Dot(const float* x, const float* row, int32_t n) {
  float sum = 0.0f;
  for (int32_t i = 0; i < n; ++i) sum += x[i] * row[i];
  return sum;
}

float Activated(Activation activation, float x) {
  switch (activation) {
    case Activation::kRelu:
      return x < 0.0f ? 0.0f : x;
    case Activation::kReluN1To1:
      return ClampFloat(x, -1.0f, 1.0f);
    case Activation::kRelu6:
      return ClampFloat(x, 0.0f, 6.0f);
    case Activation::kTanh:
      return __builtin_tanhf(x);
    case Activation::kSignBit:
      return __builtin_signbitf(x) != 0 ? 1.0f : 0.0f;
    default:
      return x;
  }
}

}  // namespace

bool AreFloatLayerWeights(const TensorView& weights) {
  if (weights.type() == TensorType::kFloat32) return true;
  return weights.type() != TensorType::kInt4 && weights.scale_count() == 1 &&
         AreHybridWeights(weights);
}

void AccumulateProducts(const TensorView& weights, const float* x, const HybridRow& row,
                        float* out) {
  const Shape shape = weights.shape();
  const int32_t rows = shape[0], n = shape[1];
  if (weights.type() == TensorType::kFloat32) {
    const float* w = weights.data<float>();
    for (int32_t r = 0; r < rows; ++r, w += n) out[r] += Dot(x, w, n);
    return;
  }
  const DynamicScale scale = row.asymmetric ? QuantizeAsymmetric(x, n, row.quantized)
                                            : QuantizeSymmetric(x, n, row.quantized);
  const float factor = scale.scale * weights.scale();
  const auto* w = weights.data<int8_t>();
  for (int32_t r = 0; r < rows; ++r, w += n) {
    int32_t sum = 0;
    for (int32_t i = 0; i < n; ++i) sum += (row.quantized[i] - scale.zero_point) * w[i];
    out[r] += static_cast<float>(sum) * factor;
  }
}

bool IsActivation(Activation activation) {
  return activation >= Activation::kNone && activation <= Activation::kSignBit;
}

void Activate(Activation activation, float* values, int32_t count) {
  for (int32_t i = 0; i < count; ++i) values[i] = Activated(activation, values[i]);
}

}  // namespace millrace::micro
