// e^x in single precision only: the C library's takes a detour through double, which is slow and
// large on machines without a unit for it. The same bits on every machine.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_FLOAT_EXP_H_
#define MILLRACE_MICRO_KERNELS_COMMON_FLOAT_EXP_H_

#include <cstdint>

namespace millrace::micro {

// Relative error below 2^-22. 0 below -87, infinity above 88.72; not a number stays one.
inline float FloatExp(float x) {
  if (!(x <= 88.7228f)) return x > 88.7228f ? __builtin_inff() : x;
  if (x < -87.0f) return 0.0f;
  // x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts of which the first has few bits.
  const float steps = x * 1.44269504f;
  const int32_t n = static_cast<int32_t>(steps + (steps < 0.0f ? -0.5f : 0.5f));
  const float nf = static_cast<float>(n);
  const float r = (x - nf * 0.693359375f) + nf * 2.12194440e-4f;
  // The Taylor series; the first term left out is below r^7 / 5040 < 1.2e-7 of the sum.
  float sum = 1.0f / 720.0f;
  sum = sum * r + 1.0f / 120.0f;
  sum = sum * r + 1.0f / 24.0f;
  sum = sum * r + 1.0f / 6.0f;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  // Times 2^n in two halves, since 2^128 is no float.
  const int32_t half = n >> 1;
  const uint32_t first_bits = static_cast<uint32_t>(half + 127) << 23;
  const uint32_t second_bits = static_cast<uint32_t>(n - half + 127) << 23;
  float first, second;
  __builtin_memcpy(&first, &first_bits, sizeof(first));
  __builtin_memcpy(&second, &second_bits, sizeof(second));
  return sum * first * second;
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_FLOAT_EXP_H_
