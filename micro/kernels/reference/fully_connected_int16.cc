#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

void FullyConnectedInt16Loop(const FullyConnectedQuantized& p, const int16_t* input,
                             const int8_t* filter, const void* bias, TensorType bias_type,
                             int16_t* output) {
  const Int16Requant requant = p.RequantOfInt16(bias, bias_type);
  for (int32_t b = 0; b < p.batches; ++b, input += p.depth) {
    const int8_t* row = filter;
    for (int32_t u = 0; u < p.units; ++u) {
      int64_t sum = 0;
      for (int32_t d = 0; d < p.depth; ++d) sum += input[d] * (*row++ - p.filter_zero_point);
      *output++ = requant(sum, u);
    }
  }
}

}  // namespace millrace::micro
