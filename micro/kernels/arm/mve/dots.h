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

// sums[0], sums[1] = sum (x - zero_point) * row of two rows. One step does for 16 elements or
// fewer.
inline void TwoDots(const int8_t* x, const int8_t* a, const int8_t* b, int32_t depth,
                    int32_t zero_point, int32_t* sums) {
  int32_t dot_a = 0, dot_b = 0, sum_a = 0, sum_b = 0;
  __asm__ volatile(
      "  wlstp.8 lr, %[depth], 1f\n"
      "2:\n"
      "  vldrb.8 q0, [%[x]], #16\n"
      "  vldrb.8 q1, [%[a]], #16\n"
      "  vmladava.s8 %[dot_a], q0, q1\n"
      "  vldrb.8 q2, [%[b]], #16\n"
      "  vaddva.s8 %[sum_a], q1\n"
      "  vmladava.s8 %[dot_b], q0, q2\n"
      "  vaddva.s8 %[sum_b], q2\n"
      "  letp lr, 2b\n"
      "1:\n"
      : [x] "+&r"(x), [a] "+&r"(a), [b] "+&r"(b), [dot_a] "+&Te"(dot_a), [dot_b] "+&Te"(dot_b),
        [sum_a] "+&Te"(sum_a), [sum_b] "+&Te"(sum_b)
      : [depth] "r"(depth)
      : "q0", "q1", "q2", "lr", "memory");
  sums[0] = dot_a - zero_point * sum_a;
  sums[1] = dot_b - zero_point * sum_b;
}

inline int32_t Sum(const int8_t* x, int32_t count) {
  int32_t sum = 0;
  for (; count >= 16; count -= 16, x += 16) sum = vaddvaq_s8(sum, vldrbq_s8(x));
  return vaddvaq_s8(sum, vldrbq_z_s8(x, vctp8q(static_cast<uint32_t>(count))));
}

}  // namespace millrace::micro::mve

#endif  // MILLRACE_MICRO_KERNELS_ARM_MVE_DOTS_H_
