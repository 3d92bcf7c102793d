// Softmax over int16 values by interpolation in two tables, as TensorFlow Lite defines it.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_SOFTMAX16_H_
#define MILLRACE_MICRO_KERNELS_COMMON_SOFTMAX16_H_

#include <cstdint>

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// Samples of a function at both ends and between 512 equal steps of its range.
constexpr int kSoftmaxTableSize = 513;

struct Softmax16Tables {
  int16_t exp[kSoftmaxTableSize];         // e^x for x in [-10, 0], 15 bits behind the point
  int16_t reciprocal[kSoftmaxTableSize];  // 1 / (1 + x) for x in [0, 1], 15 bits
};

void FillSoftmax16Tables(Softmax16Tables* tables);

// factor: beta * input scale * 65535 / 10. Output has 15 bits behind the point; it may not be the
// input.
void Softmax16Row(const Softmax16Tables& tables, Requant factor, const int16_t* input,
                  int32_t count, int16_t* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_SOFTMAX16_H_
