#include "micro/kernels/x86/packed_vnni.h"

#include <immintrin.h>

#include <cstring>

#include "micro/kernels/x86/unroll.h"

namespace millrace::micro::x86 {
namespace {

#ifndef MR_VNNI  // tests put plain code in the instructions' place
#define MR_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
#endif

// Two pairs in turns, so that the sums of few vectors do not wait for each other.
template <int kCount>
MR_VNNI void Multiply(const Windows& x, const int16_t* panel, int32_t* sums) {
  __m512i acc[kCount][2];
  MR_UNROLL
  for (int v = 0; v < kCount; ++v) acc[v][0] = acc[v][1] = _mm512_setzero_si512();
  const auto add = [&](const int16_t* at, int half) MR_VNNI {
    const __m512i weights = _mm512_load_si512(panel);
    panel += 2 * kPanelRows;
    MR_UNROLL
    for (int v = 0; v < kCount; ++v) {
      int32_t pair;
      std::memcpy(&pair, at + static_cast<ptrdiff_t>(v) * x.stride, sizeof(pair));
      acc[v][half] = _mm512_dpwssd_epi32(acc[v][half], _mm512_set1_epi32(pair), weights);
    }
  };
  const int32_t pairs = (x.depth + 1) / 2;
  for (int32_t i = 0; i < x.parts; ++i) {
    const int16_t* at = x.data + x.offsets[i];
    int32_t p = 0;
    for (; p + 2 <= pairs; p += 2) {
      add(at + 2 * p, 0);
      add(at + 2 * p + 2, 1);
    }
    if (p < pairs) add(at + 2 * p, 0);
  }
  MR_UNROLL
  for (int v = 0; v < kCount; ++v) {
    _mm512_storeu_si512(sums + v * kPanelRows, _mm512_add_epi32(acc[v][0], acc[v][1]));
  }
}

}  // namespace

MR_VNNI void MultiplyPanelVnni(const Windows& x, const int16_t* panel, int32_t, int32_t* sums) {
  Windows left = x;
  for (; left.count > kPanelVectors; left.count -= kPanelVectors) {
    Multiply<kPanelVectors>(left, panel, sums);
    left.data += kPanelVectors * static_cast<ptrdiff_t>(x.stride);
    sums += kPanelVectors * kPanelRows;
  }
  switch (left.count) {
    case 1:
      return Multiply<1>(left, panel, sums);
    case 2:
      return Multiply<2>(left, panel, sums);
    case 3:
      return Multiply<3>(left, panel, sums);
    default:
      return Multiply<4>(left, panel, sums);
  }
}

}  // namespace millrace::micro::x86
