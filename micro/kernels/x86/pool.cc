// Lanes are channels. Results are the reference's bit for bit.
#include <algorithm>

#include "micro/kernels/reference/pool_windows.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kLanes = 8;

__m256i Load(const int8_t* p) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}
__m256i Load(const uint8_t* p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}
__m256i Load(const int16_t* p) {
  return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
__m256 Load(const float* p) { return _mm256_loadu_ps(p); }

template <typename T>
void Store(const x86::Output8& store, __m256i values, T* out) {
  store.Store(values, out);
}
void Store(const x86::Output8& store, __m256i values, int16_t* out) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), store.Words(values));
}

// As Pool, for at least kLanes channels: the last ones overlap what has been done.
// finish(lanes, count, out) stores.
template <typename V, typename T, typename Fold, typename Finish>
void PoolLanes(const PoolShape& s, const T* input, V first, const Fold& fold, const Finish& finish,
               T* output) {
  const ptrdiff_t row_stride = static_cast<ptrdiff_t>(s.input_width) * s.channels;
  for (int32_t b = 0; b < s.batches; ++b, input += s.input_height * row_stride) {
    for (int32_t oy = 0; oy < s.output_height; ++oy) {
      const Taps rows = RowTaps(s, oy);
      for (int32_t ox = 0; ox < s.output_width; ++ox, output += s.channels) {
        const Taps columns = ColumnTaps(s, ox);
        const T* corner = input + rows.Position(rows.begin) * row_stride +
                          static_cast<ptrdiff_t>(columns.Position(columns.begin)) * s.channels;
        for (int32_t begin = 0; begin < s.channels; begin += kLanes) {
          const int32_t c = std::min(begin, s.channels - kLanes);
          V lanes = first;
          for (int32_t i = 0; i < rows.count(); ++i) {
            const T* x = corner + i * row_stride + c;
            for (int32_t j = columns.count(); j > 0; --j, x += s.channels) {
              lanes = fold(lanes, Load(x));
            }
          }
          finish(lanes, rows.count() * columns.count(), output + c);
        }
      }
    }
  }
}

// Halves away from zero. Exact: quotients are further from a whole number than they are rounded.
__m256i Mean(__m256i sum, int32_t count) {
  const __m256i sign = _mm256_srai_epi32(sum, 31);
  const __m256i half = _mm256_set1_epi32(count / 2);
  // (half ^ -1) + 1 is -half.
  const __m256i to_add = _mm256_sub_epi32(_mm256_xor_si256(half, sign), sign);
  const __m256i dividend = _mm256_add_epi32(sum, to_add);
  const __m256d divisor = _mm256_set1_pd(count);
  const auto quotients = [&](__m128i four) {
    return _mm256_cvttpd_epi32(_mm256_div_pd(_mm256_cvtepi32_pd(four), divisor));
  };
  return _mm256_set_m128i(quotients(_mm256_extracti128_si256(dividend, 1)),
                          quotients(_mm256_castsi256_si128(dividend)));
}

template <typename T>
void Average(const PoolShape& s, IntRange range, const T* input, T* output) {
  if (s.channels < kLanes) return AverageOfInts(s, range, input, output);
  const x86::Output8 store(0, range);
  PoolLanes(
      s, input, _mm256_setzero_si256(),
      [](__m256i sum, __m256i x) { return _mm256_add_epi32(sum, x); },
      [&](__m256i sum, int32_t count, T* out) { Store(store, Mean(sum, count), out); }, output);
}

template <typename T>
void Max(const PoolShape& s, IntRange range, const T* input, T* output) {
  if (s.channels < kLanes) return MaxOfInts(s, range, input, output);
  const x86::Output8 store(0, range);
  PoolLanes(
      s, input, _mm256_set1_epi32(-32768),
      [](__m256i max, __m256i x) { return _mm256_max_epi32(max, x); },
      [&](__m256i max, int32_t, T* out) { Store(store, max, out); }, output);
}

void Average(const PoolShape& s, FloatRange range, const float* input, float* output) {
  if (s.channels < kLanes) return AverageOfFloats(s, range, input, output);
  const x86::FloatOutput store(range, nullptr);
  PoolLanes(
      s, input, _mm256_setzero_ps(), [](__m256 sum, __m256 x) { return _mm256_add_ps(sum, x); },
      [&](__m256 sum, int32_t count, float* out) {
        store.Store8(_mm256_div_ps(sum, _mm256_set1_ps(static_cast<float>(count))), out);
      },
      output);
}

void Max(const PoolShape& s, FloatRange range, const float* input, float* output) {
  if (s.channels < kLanes) return MaxOfFloats(s, range, input, output);
  const x86::FloatOutput store(range, nullptr);
  PoolLanes(
      s, input, _mm256_set1_ps(kLeastFloat),
      // What is not a number is passed over: the second operand is taken.
      [](__m256 max, __m256 x) { return _mm256_max_ps(x, max); },
      [&](__m256 max, int32_t, float* out) { store.Store8(max, out); }, output);
}

}  // namespace

void AveragePoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output) {
  Average(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output) {
  Average(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output) {
  Average(s, range, input, output);
}
void AveragePoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  Average(s, range, input, output);
}

void MaxPoolLoop(const PoolShape& s, IntRange range, const int8_t* input, int8_t* output) {
  Max(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, IntRange range, const uint8_t* input, uint8_t* output) {
  Max(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, IntRange range, const int16_t* input, int16_t* output) {
  Max(s, range, input, output);
}
void MaxPoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  Max(s, range, input, output);
}

void L2PoolLoop(const PoolShape& s, FloatRange range, const float* input, float* output) {
  RootOfMeanSquares(s, range, input, output);
}

}  // namespace millrace::micro
