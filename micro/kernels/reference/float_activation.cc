#include "micro/kernels/loops/float_activation.h"

#include <cmath>

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

void LogisticLoop(const float* input, int32_t count, float* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = 1.0f / (1.0f + std::exp(-input[i]));
}

void TanhLoop(const float* input, int32_t count, float* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = std::tanh(input[i]);
}

void HardSwishLoop(const float* input, int32_t count, float* output) {
  for (int32_t i = 0; i < count; ++i) {
    output[i] = input[i] * ClampFloat(input[i] + 3.0f, 0.0f, 6.0f) / 6.0f;
  }
}

void EluLoop(const float* input, int32_t count, float* output) {
  for (int32_t i = 0; i < count; ++i) {
    output[i] = input[i] < 0.0f ? std::expm1(input[i]) : input[i];
  }
}

}  // namespace millrace::micro
