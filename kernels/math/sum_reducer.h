// The reducer of sums (reduce.h).
#pragma once

#include <cstdint>

#include "kernels/math/arithmetic.h"

namespace millrace {

struct SumReducer {
  template <typename A>
  static A Init() {
    return A(0);
  }
  template <typename A>
  static A Map(A x) {
    return x;
  }
  template <typename A>
  static A Combine(A x, A y) {
    return Plus(x, y);
  }
  template <typename A>
  static A Finish(A x, int64_t count) {
    return x;
  }
};

}  // namespace millrace
