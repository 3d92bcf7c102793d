// WidenForDots in the order in which the products of four_dots.cc take pairs.
#include "micro/kernels/arm/dsp/simd.h"
#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro {

// Of each whole four: elements 0 and 2, then 1 and 3.
void WidenForDots(const int8_t* from, int32_t n, int32_t zero_point, int16_t* to) {
  const int16x2_t offset = dsp::Twice(-zero_point);
  for (int32_t i = n >> 2; i > 0; --i, from += 4, to += 4) {
    const uint32_t bytes = dsp::Load4(from);
    const int16x2_t pairs[2] = {dsp::EvenPlus(offset, bytes), dsp::OddPlus(offset, bytes)};
    __builtin_memcpy(to, pairs, sizeof(pairs));
  }
  for (int32_t i = n & 3; i > 0; --i) *to++ = static_cast<int16_t>(*from++ - zero_point);
}

}  // namespace millrace::micro
