// From blocks of Philox's 32-bit numbers to numbers of a distribution, bit for bit as TensorFlow's
// CPU kernels make them.
//
// A distribution has a `value_type`, a `kGroup` (how many numbers it makes at a time), kSkip (how
// many blocks apart groups begin), and `operator()(Philox gen, value_type* out)`, which fills
// `kGroup` numbers from the blocks at `gen`.
#ifndef MILLRACE_KERNELS_RANDOM_DISTRIBUTIONS_H_
#define MILLRACE_KERNELS_RANDOM_DISTRIBUTIONS_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/philox.h"
#include "core/tensor/float16.h"

namespace millrace {

// Numbers in [0, 1): the random bits become the mantissa of a number in [1, 2).
inline float UnitFloat(uint32_t bits) {
  const uint32_t word = 0x3f800000u | (bits & 0x7fffffu);
  float value;
  std::memcpy(&value, &word, sizeof(value));
  return value - 1.0f;
}
inline double UnitDouble(uint32_t high, uint32_t low) {
  const uint64_t word = uint64_t{0x3ff} << 52 | uint64_t{high & 0xfffffu} << 32 | low;
  double value;
  std::memcpy(&value, &word, sizeof(value));
  return value - 1.0;
}

template <typename T>
inline constexpr bool kIsWide = sizeof(T) == 8;

// Uniform in [0, 1).
template <typename T>
struct UniformDistribution {
  using value_type = T;
  static constexpr int kGroup = kIsWide<T> ? 2 : 4;
  static constexpr uint64_t kSkip = 1;

  void operator()(Philox gen, T* out) const {
    const Philox::Block block = gen();
    for (int i = 0; i < kGroup; ++i) {
      if constexpr (std::is_same_v<T, double>) {
        out[i] = UnitDouble(block[2 * i], block[2 * i + 1]);
      } else if constexpr (std::is_same_v<T, float>) {
        out[i] = UnitFloat(block[i]);
      } else if constexpr (std::is_same_v<T, half>) {
        out[i] = half(half::FromBits(static_cast<uint16_t>(0x3c00u | (block[i] & 0x3ffu))) - 1.0f);
      } else {
        out[i] = bfloat16(bfloat16::FromBits(static_cast<uint16_t>(0x3f80u | (block[i] & 0x7fu))) -
                          1.0f);
      }
    }
  }
};

// Two normal numbers of two uniform ones (Box and Muller, 1958).
template <typename A>
void BoxMuller(A u1, A u2, A* n1, A* n2) {
  constexpr A kSmallest = A(1.0e-7);  // away from log(0)
  const A angle = A(2 * M_PI) * u2;
  const A radius = std::sqrt(A(-2) * std::log(u1 < kSmallest ? kSmallest : u1));
  *n1 = std::sin(angle) * radius;
  *n2 = std::cos(angle) * radius;
}

// Mean 0, standard deviation 1.
template <typename T>
struct NormalDistribution {
  using value_type = T;
  static constexpr int kGroup = kIsWide<T> ? 2 : 4;
  static constexpr uint64_t kSkip = 1;

  void operator()(Philox gen, T* out) const {
    const Philox::Block block = gen();
    if constexpr (kIsWide<T>) {
      BoxMuller(UnitDouble(block[0], block[1]), UnitDouble(block[2], block[3]), &out[0], &out[1]);
    } else {
      for (int i = 0; i < kGroup; i += 2) {
        float a, b;
        BoxMuller(UnitFloat(block[i]), UnitFloat(block[i + 1]), &a, &b);
        out[i] = T(a);
        out[i + 1] = T(b);
      }
    }
  }
};

// One 32-bit number after the other.
class PhiloxWords {
 public:
  explicit PhiloxWords(Philox gen) : gen_(gen) {}
  uint32_t operator()() {
    if (next_ == 4) {
      block_ = gen_();
      next_ = 0;
    }
    return block_[next_++];
  }

 private:
  Philox gen_;
  Philox::Block block_ = {};
  int next_ = 4;
};

// Normal, drawn again while it lies 2 or more from the mean. A group has 256 numbers an output to
// draw from.
template <typename T>
struct TruncatedNormalDistribution {
  using value_type = T;
  static constexpr int kGroup = kIsWide<T> ? 2 : 4;
  static constexpr uint64_t kSkip = kGroup * 256 / 4;
  using A = std::conditional_t<kIsWide<T>, double, float>;

  void operator()(Philox gen, T* out) const {
    constexpr A kBound = 2;
    PhiloxWords words(gen);
    for (int count = 0;;) {
      A pair[2];
      if constexpr (kIsWide<T>) {
        const uint32_t a = words(), b = words(), c = words(), d = words();
        BoxMuller(UnitDouble(a, b), UnitDouble(c, d), &pair[0], &pair[1]);
      } else {
        const uint32_t a = words(), b = words();
        BoxMuller(UnitFloat(a), UnitFloat(b), &pair[0], &pair[1]);
      }
      for (const A value : pair) {
        if (std::abs(value) >= kBound) continue;
        out[count++] = T(value);
        if (count == kGroup) return;
      }
    }
  }
};

// All bits random.
template <typename T>
struct FullIntDistribution {
  using value_type = T;
  static constexpr int kGroup = kIsWide<T> ? 2 : 4;
  static constexpr uint64_t kSkip = 1;

  void operator()(Philox gen, T* out) const {
    const Philox::Block block = gen();
    for (int i = 0; i < kGroup; ++i) {
      if constexpr (kIsWide<T>) {
        out[i] = static_cast<T>(uint64_t{block[2 * i + 1]} << 32 | block[2 * i]);
      } else {
        out[i] = static_cast<T>(block[i]);
      }
    }
  }
};

// Uniform in [low, low + range), but for the bias of a remainder.
template <typename T>
struct UniformIntDistribution {
  using value_type = T;
  using U = std::make_unsigned_t<T>;
  static constexpr int kGroup = FullIntDistribution<T>::kGroup;
  static constexpr uint64_t kSkip = 1;

  // REQUIRES: low < high.
  UniformIntDistribution(T low, T high)
      : low(static_cast<U>(low)), range(static_cast<U>(high) - static_cast<U>(low)) {}

  void operator()(Philox gen, T* out) const {
    FullIntDistribution<T>()(gen, out);
    for (int i = 0; i < kGroup; ++i) out[i] = static_cast<T>(low + static_cast<U>(out[i]) % range);
  }

  U low, range;
};

}  // namespace millrace

#endif  // MILLRACE_KERNELS_RANDOM_DISTRIBUTIONS_H_
