#include "micro/kernels/common/float_exp.h"
#include "micro/kernels/loops/softmax.h"

namespace millrace::micro {

namespace {

void Row(float beta, const float* input, int32_t count, float* output) {
  float max = input[0];
  for (int32_t i = 1; i < count; ++i) {
    if (input[i] > max) max = input[i];
  }
  float sum = 0.0f;
  for (int32_t i = 0; i < count; ++i) {
    output[i] = FloatExp((input[i] - max) * beta);
    sum += output[i];
  }
  for (int32_t i = 0; i < count; ++i) output[i] /= sum;
}

}  // namespace

void SoftmaxRows(float beta, const float* input, int32_t rows, int32_t count, float* output) {
  for (int32_t i = 0; i < rows; ++i, input += count, output += count) {
    Row(beta, input, count, output);
  }
}

}  // namespace millrace::micro
