// Quantising float activations while running: for layers with float activations and int8 weights
// (hybrid layers). The scales follow the data, row by row.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_

#include <cstdint>

namespace millrace::micro {

// value = scale * (quantised - zero_point)
struct RowScale {
  float scale;
  int32_t zero_point;
};

// To -127 .. 127 so that the largest magnitude is 127, halves away from zero; zero point 0. A row
// of zeros has scale 1; values that are not finite give some numbers, never undefined behaviour.
RowScale QuantizeRowSymmetric(const float* row, int32_t n, int8_t* quantized);
// To -128 .. 127 so that least and largest (and 0) are representable.
RowScale QuantizeRowAsymmetric(const float* row, int32_t n, int8_t* quantized);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_
