// Eight rows of weights are transposed in registers, so that lanes are units and each sum is made
// in the order of the reference: results are the same bit for bit.
#include <algorithm>

#include "micro/kernels/loops/fully_connected.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/transpose.h"
#include "micro/kernels/x86/unroll.h"

namespace millrace::micro {
namespace {

constexpr int kUnits = 8;    // of a vector
constexpr int kGroups = 2;   // of eight units at once, so that two chains of sums are under way
constexpr int kBatches = 2;  // rows of the input at once

// columns[j] = {rows[0][at + j], ..., rows[7][at + j]}
inline void LoadColumns(const float* const* rows, int32_t at, __m256 (&columns)[8]) {
  __m256 r[8];
  MR_UNROLL
  for (int i = 0; i < 8; ++i) r[i] = _mm256_loadu_ps(rows[i] + at);
  x86::Transpose8(r, columns);
}

// sums[b][u] for kBatch rows of the input and kGroups * kUnits rows of weights.
template <int kBatch>
void Block(const float* input, int32_t depth, const float* const* rows, float* sums) {
  __m256 acc[kBatch][kGroups];
  MR_UNROLL
  for (auto& of_row : acc) {
    MR_UNROLL
    for (__m256& a : of_row) a = _mm256_setzero_ps();
  }
  const auto add = [&](int32_t d, int g, __m256 w) {
    MR_UNROLL
    for (int b = 0; b < kBatch; ++b) {
      const __m256 x = _mm256_broadcast_ss(input + static_cast<ptrdiff_t>(b) * depth + d);
      acc[b][g] = _mm256_add_ps(acc[b][g], _mm256_mul_ps(x, w));
    }
  };
  int32_t d = 0;
  for (; d + 8 <= depth; d += 8) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      __m256 columns[8];
      LoadColumns(rows + g * kUnits, d, columns);
      MR_UNROLL
      for (int j = 0; j < 8; ++j) add(d + j, g, columns[j]);
    }
  }
  for (; d < depth; ++d) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      alignas(32) float column[kUnits];
      MR_UNROLL
      for (int u = 0; u < kUnits; ++u) column[u] = rows[g * kUnits + u][d];
      add(d, g, _mm256_load_ps(column));
    }
  }
  MR_UNROLL
  for (int b = 0; b < kBatch; ++b) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      _mm256_storeu_ps(sums + (b * kGroups + g) * kUnits, acc[b][g]);
    }
  }
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedFloat& p, const float* input, const float* filter,
                        const float* bias, float* output) {
  constexpr int32_t kBlock = kGroups * kUnits;
  const x86::FloatOutput store(p.range, bias);
  const ptrdiff_t depth = p.depth, units = p.units;
  for (int32_t first = 0; first < p.units; first += kBlock) {
    const float* rows[kBlock];  // beyond the last, the last again
    for (int32_t u = 0; u < kBlock; ++u) {
      rows[u] = filter + std::min(first + u, p.units - 1) * depth;
    }
    const int32_t block = std::min(kBlock, p.units - first);
    for (int32_t b = 0; b < p.batches; b += kBatches) {
      float sums[kBatches * kBlock];
      const bool both = b + kBatches <= p.batches;
      both ? Block<kBatches>(input + b * depth, p.depth, rows, sums)
           : Block<1>(input + b * depth, p.depth, rows, sums);
      for (int v = 0; v < (both ? kBatches : 1); ++v) {
        store.Store(sums + v * kBlock, first, block, output + (b + v) * units + first);
      }
    }
  }
}

}  // namespace millrace::micro
