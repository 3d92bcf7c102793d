#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro {

void WidenForDots(const int8_t* from, int32_t n, int32_t zero_point, int16_t* to) {
  for (int32_t i = 0; i < n; ++i) to[i] = static_cast<int16_t>(from[i] - zero_point);
}

}  // namespace millrace::micro
