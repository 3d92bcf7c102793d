// Products of int8 vectors with rows of int8 matrices, 16 elements a step.
#ifndef MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_
#define MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_

#include <arm_mve.h>

#include <cstdint>

namespace millrace::micro::mve {

// x with four rows that lie `next` apart.
inline int32x4_t FourDots(const int8_t* x, const int8_t* row, int32_t next, int32_t depth) {
  int32_t sum_a = 0, sum_b = 0, sum_c = 0, sum_d = 0;
  const int8_t *a = row, *b = a + next, *c = b + next, *d = c + next;
  for (int32_t i = depth >> 4; i > 0; --i) {
    const int8x16_t v = vldrbq_s8(x);
    sum_a = vmladavaq_s8(sum_a, v, vldrbq_s8(a));
    sum_b = vmladavaq_s8(sum_b, v, vldrbq_s8(b));
    sum_c = vmladavaq_s8(sum_c, v, vldrbq_s8(c));
    sum_d = vmladavaq_s8(sum_d, v, vldrbq_s8(d));
    x += 16, a += 16, b += 16, c += 16, d += 16;
  }
  if ((depth & 15) != 0) {
    // Lanes that are not there count as 0.
    const mve_pred16_t p = vctp8q(static_cast<uint32_t>(depth & 15));
    const int8x16_t v = vldrbq_z_s8(x, p);
    sum_a = vmladavaq_s8(sum_a, v, vldrbq_z_s8(a, p));
    sum_b = vmladavaq_s8(sum_b, v, vldrbq_z_s8(b, p));
    sum_c = vmladavaq_s8(sum_c, v, vldrbq_z_s8(c, p));
    sum_d = vmladavaq_s8(sum_d, v, vldrbq_z_s8(d, p));
  }
  int32x4_t all = vdupq_n_s32(sum_a);
  all = vsetq_lane_s32(sum_b, all, 1);
  all = vsetq_lane_s32(sum_c, all, 2);
  return vsetq_lane_s32(sum_d, all, 3);
}

struct DotAndSum {
  int32_t dot;
  int32_t sum;
};

// x with two rows, and the rows' sums.
inline void TwoDotsAndSums(const int8_t* x, const int8_t* a, const int8_t* b, int32_t depth,
                           DotAndSum* of_a, DotAndSum* of_b) {
  int32_t dot_a = 0, dot_b = 0, sum_a = 0, sum_b = 0;
  for (int32_t i = depth >> 4; i > 0; --i) {
    const int8x16_t v = vldrbq_s8(x), va = vldrbq_s8(a), vb = vldrbq_s8(b);
    dot_a = vmladavaq_s8(dot_a, v, va);
    dot_b = vmladavaq_s8(dot_b, v, vb);
    sum_a = vaddvaq_s8(sum_a, va);
    sum_b = vaddvaq_s8(sum_b, vb);
    x += 16, a += 16, b += 16;
  }
  if ((depth & 15) != 0) {
    const mve_pred16_t p = vctp8q(static_cast<uint32_t>(depth & 15));
    const int8x16_t v = vldrbq_z_s8(x, p), va = vldrbq_z_s8(a, p), vb = vldrbq_z_s8(b, p);
    dot_a = vmladavaq_s8(dot_a, v, va);
    dot_b = vmladavaq_s8(dot_b, v, vb);
    sum_a = vaddvaq_s8(sum_a, va);
    sum_b = vaddvaq_s8(sum_b, vb);
  }
  *of_a = {dot_a, sum_a};
  *of_b = {dot_b, sum_b};
}

inline int32_t Sum(const int8_t* x, int32_t count) {
  int32_t sum = 0;
  for (; count >= 16; count -= 16, x += 16) sum = vaddvaq_s8(sum, vldrbq_s8(x));
  return vaddvaq_s8(sum, vldrbq_z_s8(x, vctp8q(static_cast<uint32_t>(count))));
}

}  // namespace millrace::micro::mve

#endif  // MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_
