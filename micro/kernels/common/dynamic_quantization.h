// Quantisation of float activations while invoking, for layers whose weights alone are quantised
// (hybrid models).
#ifndef MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_
#define MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_

#include <cstdint>

namespace millrace::micro {

// real = scale * (quantized - zero_point)
struct DynamicScale {
  float scale;
  int32_t zero_point;
};

// Steps so that the largest magnitude becomes 127; zero point 0. All zeros (and nothing finite):
// scale 1.
DynamicScale QuantizeSymmetric(const float* values, int32_t count, int8_t* quantized);
// Steps so that the range of the values, widened to hold 0, becomes -128 .. 127.
DynamicScale QuantizeAsymmetric(const float* values, int32_t count, int8_t* quantized);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_DYNAMIC_QUANTIZATION_H_
