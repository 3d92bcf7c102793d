// Eight elements at a time; bytes that become bytes by a table when there are many.
#include "micro/kernels/loops/rescale.h"

#include <immintrin.h>

#include <type_traits>

#include "micro/kernels/loops/byte_table.h"
#include "micro/kernels/loops/rescale_types.h"
#include "micro/kernels/x86/quantize_bytes.h"
#include "micro/kernels/x86/requant.h"
#include "micro/kernels/x86/words.h"

namespace millrace::micro {
namespace {

constexpr int32_t kStep = 8;

template <typename In>
__m256i Load8(const In* p) {
  if constexpr (sizeof(In) < 4) {
    return x86::Longs8(p);
  } else {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
}

// The values are within Out.
template <typename Out>
void Store8(__m256i x, Out* p) {
  if constexpr (sizeof(Out) == 4) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x);
  } else {
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    if constexpr (sizeof(Out) == 2) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p), words);
    } else {
      const bool is_signed = std::is_signed_v<Out>;
      const __m128i bytes =
          is_signed ? _mm_packs_epi16(words, words) : _mm_packus_epi16(words, words);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(p), bytes);
    }
  }
}

// The last few have room of their own.
template <typename In, typename Out, typename Eight>
void RunEights(const Eight& eight, const In* input, int32_t count, Out* output) {
  int32_t i = 0;
  for (; i + kStep <= count; i += kStep) eight(input + i, output + i);
  if (i == count) return;
  const auto rest = static_cast<size_t>(count - i);
  In in[kStep] = {};
  Out out[kStep];
  __builtin_memcpy(in, input + i, rest * sizeof(In));
  eight(in, out);
  __builtin_memcpy(output + i, out, rest * sizeof(Out));
}

template <typename In, typename Out, typename Eight>
void Run(const Eight& eight, const In* input, int32_t count, Out* output) {
  constexpr int32_t kMany = 768;  // more than the table's elements
  if constexpr (sizeof(In) == 1 && sizeof(Out) == 1) {
    if (count >= kMany) {
      uint8_t values[256], table[256];
      for (int i = 0; i < 256; ++i) values[i] = static_cast<uint8_t>(i);
      RunEights(eight, reinterpret_cast<const In*>(values), 256, reinterpret_cast<Out*>(table));
      LookUpBytes(table, reinterpret_cast<const uint8_t*>(input), count,
                  reinterpret_cast<uint8_t*>(output));
      return;
    }
  }
  RunEights(eight, input, count, output);
}

// Adds the zero point and clamps.
struct Finish {
  Finish(int32_t zero, IntRange range)
      : zero(_mm256_set1_epi32(zero)),
        low(_mm256_set1_epi32(range.low)),
        high(_mm256_set1_epi32(range.high)) {}
  __m256i operator()(__m256i x) const {
    return _mm256_min_epi32(_mm256_max_epi32(_mm256_add_epi32(x, zero), low), high);
  }
  __m256i zero, low, high;
};

__m256i Select(__m256i a, __m256i b, __m256i takes_b) { return _mm256_blendv_epi8(a, b, takes_b); }

}  // namespace

template <typename In, typename Out>
void RescaleLoop(const Rescaling& p, const In* input, int32_t count, Out* output) {
  const x86::Requant8 factor = x86::MakeRequant8(p.factor);
  const __m256i zero = _mm256_set1_epi32(p.in_zero);
  const Finish finish(p.out_zero, p.range);
  Run(
      [&](const In* in, Out* out) {
        const __m256i value = _mm256_sub_epi32(Load8(in), zero);
        Store8(finish(x86::MultiplyByRequant8(value, factor)), out);
      },
      input, count, output);
}

template <typename T>
void LeakyRescaleLoop(const LeakyRescaling& p, const T* input, int32_t count, T* output) {
  const x86::Requant8 above = x86::MakeRequant8(p.above), below = x86::MakeRequant8(p.below);
  const __m256i zero = _mm256_set1_epi32(p.in_zero);
  const Finish finish(p.out_zero, p.range);
  Run(
      [&](const T* in, T* out) {
        const __m256i value = _mm256_sub_epi32(Load8(in), zero);
        const __m256i is_below = _mm256_cmpgt_epi32(_mm256_setzero_si256(), value);
        const auto select = [&](__m256i a, __m256i b) { return Select(a, b, is_below); };
        x86::Requant8 factor;
        factor.multiplier = select(above.multiplier, below.multiplier);
        factor.multiplier_odd = _mm256_srli_epi64(factor.multiplier, 32);
        factor.left = select(above.left, below.left);
        factor.right = select(above.right, below.right);
        factor.mask = select(above.mask, below.mask);
        factor.half = select(above.half, below.half);
        Store8(finish(x86::MultiplyByRequant8(value, factor)), out);
      },
      input, count, output);
}

template <typename Out>
void QuantizeLoop(const Quantization& p, const float* input, int32_t count, Out* output) {
  if constexpr (sizeof(Out) == 1) {
    if (x86::CanQuantizeBytes(p)) {
      const int32_t done = count / x86::kQuantizedBytes * x86::kQuantizedBytes;
      x86::QuantizeBytes(p, input, done, output);
      input += done, count -= done, output += done;
    }
  }
  const __m256 scale = _mm256_set1_ps(p.scale);
  const Finish finish(p.zero_point, p.range);
  Run(
      [&](const float* in, Out* out) {
        Store8(finish(x86::Round8(_mm256_div_ps(_mm256_loadu_ps(in), scale))), out);
      },
      input, count, output);
}

MR_FOR_RESCALED_TYPES

}  // namespace millrace::micro
