#include "micro/kernels/loops/softmax.h"

namespace millrace::micro {

namespace {

void Row(const ScaledExp& exp, const int8_t* input, int32_t count, void* output, bool wide) {
  int32_t max;
  const uint32_t sum = exp.Sum(input, count, &max);
  const SoftmaxShare share(sum, wide);
  for (int32_t i = 0; i < count; ++i) {
    const int32_t difference = input[i] - max;
    const int32_t y = difference < exp.least ? share.Least() : share.Of(exp.Exp(difference));
    if (wide) {
      static_cast<int16_t*>(output)[i] = static_cast<int16_t>(y);
    } else {
      static_cast<int8_t*>(output)[i] = static_cast<int8_t>(y);
    }
  }
}

}  // namespace

void SoftmaxRows(const ScaledExp& exp, const int8_t* input, int32_t rows, int32_t count,
                 void* output, bool wide) {
  auto* out = static_cast<int8_t*>(output);
  for (int32_t i = 0; i < rows; ++i, input += count, out += wide ? 2 * count : count) {
    Row(exp, input, count, out, wide);
  }
}

}  // namespace millrace::micro
