// Sums of a few rows of the input of a dense layer with some of its units.
#ifndef MILLRACE_MICRO_KERNELS_X86_DENSE_SUMS_H_
#define MILLRACE_MICRO_KERNELS_X86_DENSE_SUMS_H_

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "micro/kernels/loops/fully_connected.h"
#include "micro/kernels/x86/patch.h"
#include "micro/kernels/x86/wide_sums.h"

namespace millrace::micro::x86 {

// In: int8_t or int16_t. Sum: int32_t, which wraps, or int64_t.
template <typename In, typename Sum>
class DenseSums {
 public:
  static constexpr int32_t kMaxUnits = 128;

  // Of units first .. first + units - 1 with `count` rows from `input` on; count <= kMaxVectors.
  void Compute(const FullyConnectedQuantized& p, const In* input, const int8_t* filter,
               int32_t first, int32_t units, int count) {
    std::fill_n(totals_, kMaxVectors, Sum{0});
    Sum of_part[kMaxVectors * kMaxUnits];
    for (int32_t d = 0; d < p.depth; d += kMaxDepth) {
      const int32_t part = std::min(kMaxDepth, p.depth - d);
      LoadRows(p, input + d, part, count);
      const Matrix weights = {filter + static_cast<ptrdiff_t>(first) * p.depth + d,
                              filter + static_cast<ptrdiff_t>(p.units) * p.depth, units, part,
                              p.depth};
      Dots({values_, count, Padded(part)}, weights, d == 0 ? sums_ : of_part, kMaxUnits);
      for (int v = 0; d != 0 && v < count; ++v) {
        for (int32_t u = 0; u < units; ++u) sums_[v * kMaxUnits + u] += of_part[v * kMaxUnits + u];
      }
    }
    for (int v = 0; p.filter_zero_point != 0 && v < count; ++v) {
      const Sum of_zero = p.filter_zero_point * totals_[v];
      for (int32_t u = 0; u < units; ++u) sums_[v * kMaxUnits + u] -= of_zero;
    }
  }

  // Each kMaxUnits behind the one before it.
  const Sum* Row(int v) const { return sums_ + v * kMaxUnits; }

 private:
  static constexpr int32_t kMaxDepth = 4096;  // elements of a row at once

  void LoadRows(const FullyConnectedQuantized& p, const In* input, int32_t part, int count) {
    for (int v = 0; v < count; ++v) {
      int16_t* values = values_ + v * Padded(part);
      Widen(input + static_cast<ptrdiff_t>(v) * p.depth, part, p.input_zero_point, values);
      std::fill(values + part, values + Padded(part), int16_t{0});
      if (p.filter_zero_point != 0) {
        totals_[v] = std::accumulate(values, values + part, totals_[v]);
      }
    }
  }

  alignas(64) int16_t values_[kMaxVectors * kMaxDepth];
  Sum sums_[kMaxVectors * kMaxUnits];
  Sum totals_[kMaxVectors];  // of the values, for filters with a zero point
};

// finish(sums, first row, rows, first unit, units) for all sums of a layer.
template <typename Sum, typename In, typename Finish>
void ForEachDenseSums(const FullyConnectedQuantized& p, const In* input, const int8_t* filter,
                      const Finish& finish) {
  constexpr int32_t kMaxUnits = DenseSums<In, Sum>::kMaxUnits;
  DenseSums<In, Sum> sums;
  for (int32_t b = 0; b < p.batches; b += kMaxVectors) {
    const int count = std::min<int32_t>(kMaxVectors, p.batches - b);
    const In* rows = input + static_cast<ptrdiff_t>(b) * p.depth;
    for (int32_t first = 0; first < p.units; first += kMaxUnits) {
      const int32_t units = std::min(kMaxUnits, p.units - first);
      sums.Compute(p, rows, filter, first, units, count);
      finish(sums, b, count, first, units);
    }
  }
}

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_DENSE_SUMS_H_
