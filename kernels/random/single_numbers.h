// Numbers drawn one after the other from a generator, in the order in which TensorFlow's kernels
// draw.
#pragma once

#include <cstdint>

#include "core/base/philox.h"
#include "kernels/random/distributions.h"

namespace millrace {

class SingleNumbers {
 public:
  explicit SingleNumbers(Philox gen) : words_(gen) {}

  uint32_t Word() { return words_(); }
  uint64_t LongWord() {
    const uint64_t low = Word();
    return uint64_t{Word()} << 32 | low;
  }
  // In [0, 1).
  float Float() { return UnitFloat(Word()); }
  double Double() {
    const uint32_t high = Word();
    return UnitDouble(high, Word());
  }
  // Uniform in [0, n), without a bias; 0 for n = 0.
  uint32_t Below(uint32_t n) {
    return BelowOf<uint32_t>(n, [this] { return Word(); });
  }
  uint64_t LongBelow(uint64_t n) {
    return BelowOf<uint64_t>(n, [this] { return LongWord(); });
  }

 private:
  template <typename U, typename F>
  static U BelowOf(U n, F next) {
    if ((n & (n - 1)) == 0) return next() & (n == 0 ? 0 : n - 1);
    // The lowest numbers are left out, so that as many give each remainder.
    const U left_out = static_cast<U>(~U{0}) % n + 1;
    U word = next();
    while (word < left_out) word = next();
    return word % n;
  }

  PhiloxWords words_;
};

}  // namespace millrace
