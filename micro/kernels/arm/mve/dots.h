// Products of int8 vectors with rows of int8 matrices, 16 elements a step.
#ifndef MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_
#define MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_

#include <arm_mve.h>

#include <cstdint>

namespace millrace::micro::mve {

// sums[k] = start[k] + x * row k of four, which lie `next` apart. Of a loop whose last step has
// fewer elements compilers make two, and they spill around it.
inline void FourDots(const int8_t* x, const int8_t* row, int32_t next, int32_t depth,
                     const int32_t* start, int32_t* sums) {
  const int8_t *a = row, *b = a + next, *c = b + next, *d = c + next;
  int32_t sum_a, sum_b, sum_c, sum_d;
  __asm__ volatile(
      "  ldrd %[sum_a], %[sum_b], [%[start]]\n"
      "  ldrd %[sum_c], %[sum_d], [%[start], #8]\n"
      "  wlstp.8 lr, %[depth], 1f\n"
      "2:\n"
      "  vldrb.8 q0, [%[x]], #16\n"
      "  vldrb.8 q1, [%[a]], #16\n"
      "  vmladava.s8 %[sum_a], q0, q1\n"
      "  vldrb.8 q2, [%[b]], #16\n"
      "  vmladava.s8 %[sum_b], q0, q2\n"
      "  vldrb.8 q3, [%[c]], #16\n"
      "  vmladava.s8 %[sum_c], q0, q3\n"
      "  vldrb.8 q1, [%[d]], #16\n"
      "  vmladava.s8 %[sum_d], q0, q1\n"
      "  letp lr, 2b\n"
      "1:\n"
      : [x] "+&r"(x), [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c), [d] "+&r"(d), [sum_a] "=&Te"(sum_a),
        [sum_b] "=&Te"(sum_b), [sum_c] "=&Te"(sum_c), [sum_d] "=&Te"(sum_d)
      : [depth] "r"(depth), [start] "r"(start)
      : "q0", "q1", "q2", "q3", "lr", "memory");
  __asm__ volatile(
      "  strd %[sum_a], %[sum_b], [%[sums]]\n"
      "  strd %[sum_c], %[sum_d], [%[sums], #8]\n"
      :
      : [sum_a] "r"(sum_a), [sum_b] "r"(sum_b), [sum_c] "r"(sum_c), [sum_d] "r"(sum_d),
        [sums] "r"(sums)
      : "memory");
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
