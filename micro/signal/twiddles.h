// A quarter of a cosine, from which Fourier transforms take their factors.
#ifndef MILLRACE_MICRO_SIGNAL_TWIDDLES_H_
#define MILLRACE_MICRO_SIGNAL_TWIDDLES_H_

#include <cstdint>

namespace millrace::micro::signal {

// Entries of the table for a turn of `length` steps, a multiple of 4.
constexpr int32_t TwiddleCount(int32_t length) { return length / 4 + 1; }

// table[i] = cos(2 pi i / length), i = 0 .. length / 4; integers are that times the type's largest
// value, rounded.
void FillTwiddles(int32_t length, int16_t* table);
void FillTwiddles(int32_t length, int32_t* table);
void FillTwiddles(int32_t length, float* table);

// Cosines and sines of i steps, 0 <= i < length, of a table for `length`, a power of two.
template <typename T>
class Twiddles {
 public:
  Twiddles(int32_t length, const T* table)
      : quarter_(length / 4),
        shift_(__builtin_ctz(static_cast<uint32_t>(quarter_))),
        table_(table) {}
  T Cos(int32_t i) const {
    const int32_t rest = i & (quarter_ - 1);
    switch (i >> shift_ & 3) {
      case 0:
        return table_[rest];
      case 1:
        return static_cast<T>(-table_[quarter_ - rest]);
      case 2:
        return static_cast<T>(-table_[rest]);
      default:
        return table_[quarter_ - rest];
    }
  }
  T Sin(int32_t i) const { return Cos(i + 3 * quarter_); }

 private:
  int32_t quarter_;
  int shift_;  // quarter_ = 2^shift_
  const T* table_;
};

}  // namespace millrace::micro::signal

#endif  // MILLRACE_MICRO_SIGNAL_TWIDDLES_H_
