#include <algorithm>

#include "micro/kernels/loops/fully_connected.h"
#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

constexpr int32_t kMaxDepth = 4096;  // elements of a row at once
constexpr int32_t kMaxUnits = 128;   // at once

// A few rows of the input, and what is added up of them.
struct Rows {
  alignas(64) int16_t values[x86::kMaxVectors * kMaxDepth];
  int32_t sums[x86::kMaxVectors * kMaxUnits];
  int32_t totals[x86::kMaxVectors];  // of the values, for filters with a zero point
};

int32_t Total(const int16_t* x, int32_t n) {
  int32_t total = 0;
  for (int32_t i = 0; i < n; ++i) total += x[i];
  return total;
}

// Sums of `units` units from `first` on with `count` rows of the input.
void Sum(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter, int32_t first,
         int32_t units, int count, Rows* rows) {
  const int8_t* const end = filter + static_cast<ptrdiff_t>(p.units) * p.depth;
  std::fill_n(rows->totals, x86::kMaxVectors, 0);
  int32_t of_part[x86::kMaxVectors * kMaxUnits];
  for (int32_t d = 0; d < p.depth; d += kMaxDepth) {
    const int32_t part = std::min(kMaxDepth, p.depth - d);
    const int32_t stride = x86::Padded(part);
    for (int v = 0; v < count; ++v) {
      int16_t* values = rows->values + v * stride;
      x86::Widen(input + static_cast<ptrdiff_t>(v) * p.depth + d, part, p.input_zero_point, values);
      std::fill(values + part, values + stride, int16_t{0});
      if (p.filter_zero_point != 0) rows->totals[v] += Total(values, part);
    }
    const x86::Matrix weights = {filter + static_cast<ptrdiff_t>(first) * p.depth + d, end, units,
                                 part, p.depth};
    int32_t* sums = d == 0 ? rows->sums : of_part;
    x86::Dots({rows->values, count, stride}, weights, sums, kMaxUnits);
    if (d == 0) continue;
    for (int v = 0; v < count; ++v) {
      for (int32_t u = 0; u < units; ++u) rows->sums[v * kMaxUnits + u] += sums[v * kMaxUnits + u];
    }
  }
}

void Finish(const FullyConnectedQuantized& p, const int32_t* bias, const Rows& rows, int row,
            int32_t first, int32_t units, int8_t* output) {
  const bool by_unit = p.factors.multipliers != nullptr;
  const int32_t of_zero = p.filter_zero_point * rows.totals[row];
  const int32_t* sums = rows.sums + row * kMaxUnits;
  const x86::Output8 store(p.output_zero_point, p.range);
  const x86::Requant8 for_all = x86::MakeRequant8(p.requant);
  int32_t u = 0;
  for (; u + 8 <= units; u += 8) {
    __m256i sum = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + u));
    sum = _mm256_sub_epi32(sum, _mm256_set1_epi32(of_zero));
    if (bias != nullptr) {
      sum = _mm256_add_epi32(
          sum, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + first + u)));
    }
    store.Store(
        x86::MultiplyByRequant8(sum, by_unit ? x86::LoadRequant8(p.factors, first + u) : for_all),
        output + u);
  }
  for (; u < units; ++u) {
    const int32_t sum = sums[u] - of_zero + (bias == nullptr ? 0 : bias[first + u]);
    const int32_t value = p.Requantized(sum, first + u) + p.output_zero_point;
    output[u] = static_cast<int8_t>(Clamp(value, p.range.low, p.range.high));
  }
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output) {
  Rows rows;
  for (int32_t b = 0; b < p.batches; b += x86::kMaxVectors) {
    const int count = std::min<int32_t>(x86::kMaxVectors, p.batches - b);
    const int8_t* in = input + static_cast<ptrdiff_t>(b) * p.depth;
    int8_t* out = output + static_cast<ptrdiff_t>(b) * p.units;
    for (int32_t first = 0; first < p.units; first += kMaxUnits) {
      const int32_t units = std::min(kMaxUnits, p.units - first);
      Sum(p, in, filter, first, units, count, &rows);
      for (int v = 0; v < count; ++v) {
        Finish(p, bias, rows, v, first, units, out + static_cast<ptrdiff_t>(v) * p.units + first);
      }
    }
  }
}

}  // namespace millrace::micro
