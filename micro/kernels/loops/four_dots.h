// Four products of a vector with rows of matrices at once, as the gates of an LSTM want them.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_

#include <cstdint>

namespace millrace::micro {

// sums[k] = sum_i x[i] * rows[k][i], i < n
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]);
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]);
void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FOUR_DOTS_H_
