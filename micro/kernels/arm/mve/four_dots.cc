// FourDots with eight products an instruction (Armv8.1-M, Helium).
#include "micro/kernels/loops/four_dots.h"

#include <arm_mve.h>

namespace millrace::micro {

// Of a loop whose last step has fewer elements compilers make two, and they spill around it.
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int32_t sums[4]) {
  const int8_t *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
  int32_t sum_a = 0, sum_b = 0, sum_c = 0, sum_d = 0;
  __asm__ volatile(
      "  wlstp.16 lr, %[n], 1f\n"
      "2:\n"
      "  vldrh.16 q0, [%[x]], #16\n"
      "  vldrb.s16 q1, [%[a]], #8\n"
      "  vmladava.s16 %[sum_a], q0, q1\n"
      "  vldrb.s16 q2, [%[b]], #8\n"
      "  vmladava.s16 %[sum_b], q0, q2\n"
      "  vldrb.s16 q3, [%[c]], #8\n"
      "  vmladava.s16 %[sum_c], q0, q3\n"
      "  vldrb.s16 q1, [%[d]], #8\n"
      "  vmladava.s16 %[sum_d], q0, q1\n"
      "  letp lr, 2b\n"
      "1:\n"
      : [x] "+r"(x), [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [sum_a] "+Te"(sum_a),
        [sum_b] "+Te"(sum_b), [sum_c] "+Te"(sum_c), [sum_d] "+Te"(sum_d)
      : [n] "r"(n)
      : "q0", "q1", "q2", "q3", "lr", "memory");
  sums[0] = sum_a;
  sums[1] = sum_b;
  sums[2] = sum_c;
  sums[3] = sum_d;
}

// Four sums of two registers and four rows do not fit the registers.
void FourDots(const int16_t* x, const int8_t* const rows[4], int32_t n, int64_t sums[4]) {
  for (int k = 0; k < 4; k += 2) {
    const int16_t* values = x;
    const int8_t *a = rows[k], *b = rows[k + 1];
    int64_t sum_a = 0, sum_b = 0;
    __asm__ volatile(
        "  wlstp.16 lr, %[n], 1f\n"
        "2:\n"
        "  vldrh.16 q0, [%[values]], #16\n"
        "  vldrb.s16 q1, [%[a]], #8\n"
        "  vmlaldava.s16 %Q[sum_a], %R[sum_a], q0, q1\n"
        "  vldrb.s16 q2, [%[b]], #8\n"
        "  vmlaldava.s16 %Q[sum_b], %R[sum_b], q0, q2\n"
        "  letp lr, 2b\n"
        "1:\n"
        : [values] "+r"(values), [a] "+l"(a), [b] "+l"(b), [sum_a] "+r"(sum_a), [sum_b] "+r"(sum_b)
        : [n] "r"(n)
        : "q0", "q1", "q2", "lr", "memory");
    sums[k] = sum_a;
    sums[k + 1] = sum_b;
  }
}

namespace {

float Sum(float32x4_t v) { return (v[0] + v[2]) + (v[1] + v[3]); }

}  // namespace

// Written out, as the totals are registers then.
void FourDots(const float* x, const float* const rows[4], int32_t n, float sums[4]) {
  const float *row_a = rows[0], *row_b = rows[1], *row_c = rows[2], *row_d = rows[3];
  float32x4_t a = vdupq_n_f32(0.0f), b = a, c = a, d = a;
  for (int32_t left = n; left > 0; left -= 4) {
    const mve_pred16_t some = vctp32q(static_cast<uint32_t>(left));
    const float32x4_t values = vldrwq_z_f32(x, some);
    a = vaddq_f32(a, vmulq_f32(values, vldrwq_z_f32(row_a, some)));
    b = vaddq_f32(b, vmulq_f32(values, vldrwq_z_f32(row_b, some)));
    c = vaddq_f32(c, vmulq_f32(values, vldrwq_z_f32(row_c, some)));
    d = vaddq_f32(d, vmulq_f32(values, vldrwq_z_f32(row_d, some)));
    x += 4, row_a += 4, row_b += 4, row_c += 4, row_d += 4;
  }
  sums[0] = Sum(a);
  sums[1] = Sum(b);
  sums[2] = Sum(c);
  sums[3] = Sum(d);
}

}  // namespace millrace::micro
