// Sums of layers with int16 activations, four output channels at a time.
#ifndef MILLRACE_MICRO_KERNELS_ARM_INT16_DOTS_H_
#define MILLRACE_MICRO_KERNELS_ARM_INT16_DOTS_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro::arm {

// The weights of up to four channels: rows that lie `stride` apart.
struct FourRows {
  const int8_t* first;
  ptrdiff_t stride;
  int32_t count;
};

struct Int16Sums {
  int64_t values[4] = {};

  // Of n elements, those of the rows from `offset` on.
  void Add(const int16_t* x, const FourRows& rows, ptrdiff_t offset, int32_t n);
};

}  // namespace millrace::micro::arm

#endif  // MILLRACE_MICRO_KERNELS_ARM_INT16_DOTS_H_
