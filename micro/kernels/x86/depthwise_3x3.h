// Depthwise convolutions of integers with windows of 3 x 3, the usual ones, eight channels in the
// lanes: along a row of outputs each column of the input is loaded once for all windows that it is
// in.
#ifndef MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_3X3_H_
#define MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_3X3_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/x86/unroll.h"
#include "micro/kernels/x86/words.h"

namespace millrace::micro::x86 {

inline bool Is3x3(const ConvShape& s) {
  return s.filter_height == 3 && s.filter_width == 3 && s.dilation_width == 1 &&
         s.stride_width <= 2 && s.input_channels == s.output_channels;
}

// The weights of eight channels, as words.
struct Weights3x3 {
  __m256i upper[3];  // by column: the first and the second tap in turns
  __m256i lower[3];  // the third tap and 0 in turns
};

// Two taps of a column, and the third, each for two or one lane of 16 bits.
struct Column3 {
  __m256i upper, lower;
};

// Columns of three rows of an image, at eight channels, one after another. The first may lie before
// the image.
template <typename T>
class Columns3 {
 public:
  // y, x: of the first tap; outside: eight elements that stand for what the image has not.
  Columns3(const ConvShape& s, const T* image, int32_t y, int32_t x, const T* outside)
      : at_(x), width_(s.input_width), outside_(Load(outside, outside, outside)) {
    const ptrdiff_t row = static_cast<ptrdiff_t>(s.input_width) * s.input_channels;
    for (int i = 0; i < 3; ++i, y += s.dilation_height) {
      const bool inside = y >= 0 && y < s.input_height;
      rows_[i] = inside ? image + y * row : outside;
      steps_[i] = inside ? s.input_channels : 0;
    }
  }

  Column3 Next() {
    const int32_t x = at_++;
    if (x < 0 || x >= width_) return outside_;
    const Column3 column = Load(rows_[0], rows_[1], rows_[2]);
    MR_UNROLL
    for (int i = 0; i < 3; ++i) rows_[i] += steps_[i];
    return column;
  }

 private:
  static Column3 Load(const T* a, const T* b, const T* c) { return {Pairs8(a, b), Longs8(c)}; }

  int32_t at_;
  int32_t width_;
  const T* rows_[3];
  ptrdiff_t steps_[3];
  Column3 outside_;
};

inline __m256i AddColumn(__m256i sum, const Column3& column, const Weights3x3& w, int i) {
  return _mm256_add_epi32(_mm256_add_epi32(sum, _mm256_madd_epi16(column.upper, w.upper[i])),
                          _mm256_madd_epi16(column.lower, w.lower[i]));
}

// A row of outputs, four at a time: store(sums of four, how many count, the first's index).
// kStride: 1 or 2.
template <int kStride, typename T, typename Store>
inline void DepthwiseRow3x3(Columns3<T> columns, const Weights3x3& w, __m256i start,
                            int32_t outputs, const Store& store) {
  Column3 first = columns.Next(), second = columns.Next();
  const auto next = [&] {
    const Column3 third = columns.Next();
    const __m256i sum =
        AddColumn(AddColumn(AddColumn(start, first, w, 0), second, w, 1), third, w, 2);
    first = kStride == 1 ? second : third;
    second = kStride == 1 ? third : columns.Next();
    return sum;
  };
  __m256i sums[4];
  int32_t done = 0;
  for (; done + 4 <= outputs; done += 4) {
    MR_UNROLL
    for (__m256i& sum : sums) sum = next();
    store(sums, 4, done);
  }
  if (done == outputs) return;
  for (int i = 0; i < 4; ++i) sums[i] = done + i < outputs ? next() : start;
  store(sums, outputs - done, done);
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_DEPTHWISE_3X3_H_
