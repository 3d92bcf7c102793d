#include <arm_mve.h>

#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro {

void WidenForDots(const int8_t* from, int32_t n, int32_t zero_point, int16_t* to) {
  for (; n > 0; n -= 8, from += 8, to += 8) {
    const mve_pred16_t some = vctp16q(static_cast<uint32_t>(n));
    const int16x8_t wide = vldrbq_z_s16(from, some);
    vstrhq_p_s16(to, vsubq_n_s16(wide, static_cast<int16_t>(zero_point)), some);
  }
}

}  // namespace millrace::micro
