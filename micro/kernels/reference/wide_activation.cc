#include "micro/kernels/loops/wide_activation.h"

namespace millrace::micro {

void LogisticLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = Sigmoid16(factor.Of(input[i]));
}

void TanhLoop(WideFactor factor, const int16_t* input, int32_t count, int16_t* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = Tanh16(factor.Of(input[i]));
}

}  // namespace millrace::micro
