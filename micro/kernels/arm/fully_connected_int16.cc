#include "micro/kernels/loops/four_dots.h"
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
    for (int32_t u = 0; u < p.units; u += 4) {
      const int8_t* rows[4];  // the last of them again where there are no more
      for (int32_t k = 0; k < 4; ++k) {
        rows[k] = filter + (u + k < p.units ? u + k : p.units - 1) * p.depth;
      }
      int64_t sums[4];
      FourDots(input, rows, p.depth, sums);
      for (int32_t k = 0; k < 4 && u + k < p.units; ++k) {
        *output++ = requant(sums[k] - of_zero, u + k);
      }
    }
  }
}

}  // namespace millrace::micro
