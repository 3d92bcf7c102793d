// Softmax of rows.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_SOFTMAX_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_SOFTMAX_H_

#include <cstdint>

#include "micro/kernels/common/scaled_exp.h"

namespace millrace::micro {

// out[i] = e^(beta * (in[i] - max)) / sum_j e^(beta * (in[j] - max)), max the largest of the row.
void SoftmaxRows(float beta, const float* input, int32_t rows, int32_t count, float* output);

// The same in fixed point, with beta and the input's scale in `exp`. Outputs are int8 in steps of
// 1/256 from -128 on, or int16 in steps of 1/65536 from -32768 on when `wide`. The input of a
// single row may be the output, or its last `count` bytes.
void SoftmaxRows(const ScaledExp& exp, const int8_t* input, int32_t rows, int32_t count,
                 void* output, bool wide);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_SOFTMAX_H_
