// Pooling in plain C++.
#ifndef MILLRACE_MICRO_KERNELS_REFERENCE_POOL_WINDOWS_H_
#define MILLRACE_MICRO_KERNELS_REFERENCE_POOL_WINDOWS_H_

#include <cmath>

#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/pool.h"
#include "micro/kernels/loops/taps.h"

namespace millrace::micro {

// output = finish(fold(... fold(first, x0) ..., xn), n) for each window of each channel.
template <typename Sum, typename T, typename Fold, typename Finish>
void Pool(const PoolShape& s, const T* input, Sum first, const Fold& fold, const Finish& finish,
          T* output) {
  const int32_t row_stride = s.input_width * s.channels;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy);
      for (int32_t ox = 0; ox < s.output_width; ++ox) {
        const Taps columns = ColumnTaps(s, ox);
        const T* corner = input + rows.Position(rows.begin) * row_stride +
                          columns.Position(columns.begin) * s.channels;
        for (int32_t c = 0; c < s.channels; ++c) {
          Sum sum = first;
          const T* row = corner + c;
          for (int32_t i = 0; i < rows.count(); ++i, row += row_stride) {
            const T* x = row;
            for (int32_t j = 0; j < columns.count(); ++j, x += s.channels) sum = fold(sum, *x);
          }
          *output++ = finish(sum, rows.count() * columns.count());
        }
      }
    }
  }
}

template <typename T>
void AverageOfInts(const PoolShape& s, IntRange range, const T* input, T* output) {
  Pool<int32_t>(
      s, input, 0, [](int32_t sum, T x) { return sum + x; },
      [range](int32_t sum, int32_t count) {
        const int32_t half = count / 2;
        const int32_t mean = (sum > 0 ? sum + half : sum - half) / count;
        return static_cast<T>(Clamp(mean, range.low, range.high));
      },
      output);
}

template <typename T>
__attribute__((always_inline)) inline void MaxOfInts(const PoolShape& s, IntRange range,
                                                     const T* input, T* output) {
  Pool<int32_t>(
      s, input, -32768, [](int32_t max, T x) { return x > max ? x : max; },
      [range](int32_t max, int32_t) { return static_cast<T>(Clamp(max, range.low, range.high)); },
      output);
}

inline void AverageOfFloats(const PoolShape& s, FloatRange range, const float* input,
                            float* output) {
  Pool(
      s, input, 0.0f, [](float sum, float x) { return sum + x; },
      [range](float sum, int32_t count) {
        return ClampFloat(sum / static_cast<float>(count), range.low, range.high);
      },
      output);
}

constexpr float kLeastFloat = -3.40282347e38f;

inline void MaxOfFloats(const PoolShape& s, FloatRange range, const float* input, float* output) {
  Pool(
      s, input, kLeastFloat, [](float max, float x) { return x > max ? x : max; },
      [range](float max, int32_t) { return ClampFloat(max, range.low, range.high); }, output);
}

inline void RootOfMeanSquares(const PoolShape& s, FloatRange range, const float* input,
                              float* output) {
  Pool(
      s, input, 0.0f, [](float sum, float x) { return sum + x * x; },
      [range](float sum, int32_t count) {
        return ClampFloat(std::sqrt(sum / static_cast<float>(count)), range.low, range.high);
      },
      output);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REFERENCE_POOL_WINDOWS_H_
