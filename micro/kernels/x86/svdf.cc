#include "micro/kernels/loops/svdf.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/patch.h"

namespace millrace::micro {
namespace {

constexpr int32_t kMaxFeatures = 4096;  // more are added up one by one
constexpr int32_t kFilters = 64;        // at once

// sums[f] = sum_i (input[i] - zp_in) * feature[f][i] for `filters` filters, of which the last ends
// at `end`.
void FeatureSums(const SvdfInt8& p, const int8_t* input, const int8_t* feature, int32_t filters,
                 const int8_t* end, int32_t* sums) {
  const int32_t n = p.shape.features;
  if (n > kMaxFeatures) {
    for (int32_t f = 0; f < filters; ++f, feature += n) {
      sums[f] = 0;
      for (int32_t i = 0; i < n; ++i) sums[f] += (input[i] - p.input_zero_point) * feature[i];
    }
    return;
  }
  alignas(64) int16_t x[kMaxFeatures];
  x86::Widen(input, n, p.input_zero_point, x);
  std::fill(x + n, x + x86::Padded(n), int16_t{0});
  x86::Dots({x, 1, x86::Padded(n)}, {feature, end, filters, n, n}, sums, kFilters);
}

int32_t Dot(const int16_t* a, const int16_t* b, int32_t n) {
  __m128i lanes = _mm_setzero_si128();
  int32_t i = 0;
  for (; i + 8 <= n; i += 8) {
    lanes = _mm_add_epi32(lanes,
                          _mm_madd_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i)),
                                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i))));
  }
  lanes = _mm_add_epi32(lanes, _mm_srli_si128(lanes, 8));
  lanes = _mm_add_epi32(lanes, _mm_srli_si128(lanes, 4));
  int32_t sum = _mm_cvtsi128_si32(lanes);
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

int32_t Dot(const int8_t* a, const int8_t* b, int32_t n) {
  int32_t sum = 0;
  for (int32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

int32_t SvdfScratchBytes(const SvdfShape&) { return 0; }

template <typename T>
void SvdfLoop(const SvdfInt8& p, const SvdfTensors<T>& tensors) {
  constexpr int32_t kLow = sizeof(T) == 1 ? -128 : -32768, kHigh = -kLow - 1;
  const SvdfShape& s = p.shape;
  const int32_t filters = s.units * s.rank;
  const int8_t* input = tensors.input;
  const int8_t* const feature = tensors.feature;
  const int32_t* const bias = tensors.bias;
  T* state = tensors.state;
  int8_t* output = tensors.output;
  const int8_t* const end = feature + static_cast<ptrdiff_t>(filters) * s.features;
  for (int32_t b = 0; b < s.batches; ++b, input += s.features) {
    int32_t sums[kFilters];
    int32_t total = 0;  // of a unit
    for (int32_t f = 0; f < filters; ++f, state += s.memory) {
      if (f % kFilters == 0) {
        FeatureSums(p, input, feature + static_cast<ptrdiff_t>(f) * s.features,
                    std::min(kFilters, filters - f), end, sums);
      }
      if (f % s.rank == 0) total = bias == nullptr ? 0 : bias[f / s.rank];
      std::memmove(state, state + 1, sizeof(T) * static_cast<size_t>(s.memory - 1));
      const int32_t newest = MultiplyByRequant(sums[f % kFilters], p.to_state);
      state[s.memory - 1] = static_cast<T>(Clamp(newest, kLow, kHigh));
      total += Dot(state, tensors.time + static_cast<ptrdiff_t>(f) * s.memory, s.memory);
      if (f % s.rank != s.rank - 1) continue;
      const int32_t out = MultiplyByRequant(total, p.to_output) + p.output_zero_point;
      *output++ = static_cast<int8_t>(Clamp(out, -128, 127));
    }
  }
}

template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int16_t>&);
template void SvdfLoop(const SvdfInt8&, const SvdfTensors<int8_t>&);

}  // namespace millrace::micro
