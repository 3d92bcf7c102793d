#include "micro/kernels/arm/int16_dots.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
void FullyConnectedInt16Loop(const FullyConnectedQuantized& p, const int16_t* input,
                             const int8_t* filter, const void* bias, TensorType bias_type,
                             int16_t* output) {
  const Int16Requant requant = p.RequantOfInt16(bias, bias_type);
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    int64_t of_zero = 0;  // what the filter's zero point adds
    for (int32_t d = 0; p.filter_zero_point != 0 && d < p.depth; ++d) {
      of_zero += input[d] * p.filter_zero_point;
    }
    for (int32_t u = 0; u < p.units;) {
      const int32_t left = p.units - u;
      const arm::FourRows rows = {filter + u * p.depth, p.depth, left < 4 ? left : 4};
      arm::Int16Sums sums;
      sums.Add(input, rows, 0, p.depth);
      for (int32_t k = 0; k < rows.count; ++k) *output++ = requant(sums.values[k] - of_zero, u++);
    }
  }
}

}  // namespace millrace::micro
