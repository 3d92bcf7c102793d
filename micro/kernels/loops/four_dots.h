// Four products of a vector with rows of matrices at once, as the gates of an LSTM want them.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_

#include <cstdint>

namespace millrace::micro {

// Prepares int8 values less their zero point for FourDots, in the order that a target likes. to: n
// elements, aligned to 8; `from` may be its last n bytes.
void WidenForDots(const int8_t* from, int32_t n, int32_t zero_point, int16_t* to);

// sums[k] = sum_i x[i] * rows[k][i], i < n; x from WidenForDots
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]);

// Products of a word with a weight have 22 bits: sums of so many are exact in 32 bits.
inline constexpr int32_t kExactProducts = 480;

// The same of plain int16 or float values, in order.
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]);
void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_
