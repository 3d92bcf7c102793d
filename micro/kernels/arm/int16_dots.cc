#include "micro/kernels/arm/int16_dots.h"

#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro::arm {

void Int16Sums::Add(const int16_t* x, const FourRows& rows, ptrdiff_t offset, int32_t n) {
  const int8_t* at[4];
  const int8_t* row = rows.first + offset;
  for (int32_t k = 0; k < 4; ++k) {
    at[k] = row;
    if (k + 1 < rows.count) row += rows.stride;
  }
  int64_t sums[4];
  FourDots(x, at, n, sums);
  for (int k = 0; k < 4; ++k) values[k] += sums[k];
}

}  // namespace millrace::micro::arm
