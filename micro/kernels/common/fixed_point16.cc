#include "micro/kernels/common/fixed_point16.h"

#include "micro/kernels/common/fixed_point_of.h"

namespace millrace::micro {

using Fixed16 = FixedPointOf<int16_t>;

int16_t LogisticFixed16(int16_t x, int integer_bits) {
  return static_cast<int16_t>(Fixed16::Logistic(x, integer_bits));
}

int16_t TanhFixed16(int16_t x, int integer_bits) {
  return static_cast<int16_t>(Fixed16::Tanh(x, integer_bits));
}

}  // namespace millrace::micro
