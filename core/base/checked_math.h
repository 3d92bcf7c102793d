// Arithmetic on sizes and offsets that says when it does not fit.
#pragma once

#include <cstdint>

namespace millrace {

// *result = a * b for sizes. False, with *result untouched, when an operand is negative or the
// product exceeds int64.
[[nodiscard]] inline bool CheckedMul(int64_t a, int64_t b, int64_t* result) {
  int64_t product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) return false;
  *result = product;
  return true;
}

// *result = a + b for sizes. False, with *result untouched, when an operand is negative or the sum
// exceeds int64.
[[nodiscard]] inline bool CheckedAdd(int64_t a, int64_t b, int64_t* result) {
  int64_t sum;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum)) return false;
  *result = sum;
  return true;
}

}  // namespace millrace
