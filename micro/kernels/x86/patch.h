// The window of an input under one output of a convolution, as a vector in the order of the
// filter's weights.
#ifndef MILLRACE_MICRO_KERNELS_X86_PATCH_H_
#define MILLRACE_MICRO_KERNELS_X86_PATCH_H_

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/taps.h"
#include "micro/kernels/x86/words.h"

namespace millrace::micro::x86 {

// out[i] = in[i] - zero; of int8 or uint8.
template <typename Byte>
void Widen(const Byte* in, int32_t n, int32_t zero, int16_t* out) {
  const auto steps = [&](int32_t i) {
    const __m256i words =
        Words16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i)), Byte{});
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                        _mm256_sub_epi16(words, _mm256_set1_epi16(static_cast<int16_t>(zero))));
  };
  // What is left overlaps what has been done.
  int32_t i = 0;
  for (; i + 16 <= n; i += 16) steps(i);
  if (i == n) return;
  if (n >= 16) return steps(n - 16);
  if (n >= 8) {
    const __m128i zeros = _mm_set1_epi16(static_cast<int16_t>(zero));
    const auto eight = [&](int32_t at) {
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(in + at));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at),
                       _mm_sub_epi16(Words8(bytes, Byte{}), zeros));
    };
    eight(0);
    return eight(n - 8);
  }
  for (; i < n; ++i) out[i] = static_cast<int16_t>(in[i] - zero);
}
// The same for what is as wide already and has no zero point.
inline void Widen(const float* in, int32_t n, int32_t, float* out) {
  std::memcpy(out, in, static_cast<size_t>(n) * sizeof(float));
}
inline void Widen(const int16_t* in, int32_t n, int32_t, int16_t* out) {
  std::memcpy(out, in, static_cast<size_t>(n) * sizeof(int16_t));
}

// Of the output at (oy, ox) of one image, for a group of channels whose first is at `image`. Taps
// outside of the image are 0. `patch` holds filter_height * filter_width * filter_channels.
template <typename In, typename X>
void MakePatch(const ConvShape& s, const In* image, int32_t zero, int32_t oy, int32_t ox,
               X* patch) {
  if (s.filter_height * s.filter_width == 1 && s.padding_top == 0 && s.padding_left == 0) {
    const int32_t y = oy * s.stride_height, x = ox * s.stride_width;
    if (y < s.input_height && x < s.input_width) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(y) * s.input_width + x;
      return Widen(image + at * s.input_channels, s.filter_channels, zero, patch);
    }
  }
  const Taps rows = RowTaps(s, oy, s.dilation_height);
  const Taps columns = ColumnTaps(s, ox, s.dilation_width);
  const int32_t channels = s.filter_channels, row_size = s.filter_width * channels;
  const bool whole = rows.count() == s.filter_height && columns.count() == s.filter_width;
  if (!whole) std::memset(patch, 0, static_cast<size_t>(s.filter_height) * row_size * sizeof(X));
  const bool contiguous = s.dilation_width == 1 && channels == s.input_channels;
  for (int32_t i = rows.begin; i < rows.end; ++i) {
    const In* row =
        image + static_cast<ptrdiff_t>(rows.Position(i)) * s.input_width * s.input_channels;
    X* out = patch + i * row_size + columns.begin * channels;
    if (contiguous) {
      Widen(row + columns.Position(columns.begin) * s.input_channels, columns.count() * channels,
            zero, out);
      continue;
    }
    for (int32_t j = columns.begin; j < columns.end; ++j, out += channels) {
      Widen(row + columns.Position(j) * s.input_channels, channels, zero, out);
    }
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_PATCH_H_
