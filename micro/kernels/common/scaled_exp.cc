#include "micro/kernels/common/scaled_exp.h"

namespace millrace::micro {

bool ScaledExp::Make(float beta, float scale, ScaledExp* exp) {
  constexpr int kFractionBits = 31 - kIntegerBits;
  Requant& factor = exp->factor;
  // Whatever would not fit is the largest that does.
  if (beta * scale >= 32.0f) {
    factor = {INT32_MAX, 31};
  } else {
    if (!RequantOf(beta, scale, 1.0f, &factor)) return false;
    factor.shift += kFractionBits;
    if (factor.multiplier == 0 || factor.shift < 0) return false;
    if (factor.shift > 31) factor = {INT32_MAX, 31};
  }
  const int64_t largest = int64_t{(1 << kIntegerBits) - 1} << kFractionBits;
  exp->least = -static_cast<int32_t>(largest >> factor.shift);
  return true;
}

uint32_t ScaledExp::Sum(const int8_t* row, int32_t count, int32_t* max) const {
  int32_t largest = row[0];
  for (int32_t i = 1; i < count; ++i) {
    if (row[i] > largest) largest = row[i];
  }
  uint32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t difference = row[i] - largest;
    if (difference < least) continue;
    const auto e = static_cast<uint32_t>(RoundingShiftRight(Exp(difference), kSumBits));
    sum = e > UINT32_MAX - sum ? UINT32_MAX : sum + e;
  }
  *max = largest;
  return sum;
}

}  // namespace millrace::micro
