#include "micro/host/turned_rows.h"

#include <algorithm>
#include <cstring>

#include "micro/kernels/x86/float_dots.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/float_panels.h"

namespace millrace::micro {
namespace {

// sums[v * kTurnedRows + r] = sum_d inputs[v][d] * columns[d][r], in the order of d. Inputs lie
// `depth` apart, columns `rows`: kGroups times eight, or fewer when the last group is cut.
template <int kInputs, int kGroups, bool kCut>
void BlockSums(const float* inputs, ptrdiff_t depth, const float* columns, int32_t rows,
               float* sums) {
  const __m256i lanes = x86::FirstLanes(rows - 8 * (kGroups - 1));
  __m256 acc[kInputs][kGroups] = {};
  for (ptrdiff_t d = 0; d < depth; ++d, columns += rows) {
    __m256 x[kInputs];
    MR_UNROLL
    for (int v = 0; v < kInputs; ++v) x[v] = _mm256_broadcast_ss(inputs + v * depth + d);
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) {
      const float* p = columns + 8 * g;
      const bool cut = kCut && g == kGroups - 1;
      const __m256 w = cut ? _mm256_maskload_ps(p, lanes) : _mm256_loadu_ps(p);
      MR_UNROLL
      for (int v = 0; v < kInputs; ++v) {
        acc[v][g] = _mm256_add_ps(acc[v][g], _mm256_mul_ps(x[v], w));
      }
    }
  }
  MR_UNROLL
  for (int v = 0; v < kInputs; ++v) {
    MR_UNROLL
    for (int g = 0; g < kGroups; ++g) _mm256_storeu_ps(sums + v * kTurnedRows + 8 * g, acc[v][g]);
  }
}

// Of the last block, `rows` < kTurnedRows.
void LastBlockSums(const float* input, ptrdiff_t depth, const float* columns, int32_t rows,
                   float* sums) {
  switch ((rows + 7) / 8) {
    case 1:
      return BlockSums<1, 1, true>(input, depth, columns, rows, sums);
    case 2:
      return BlockSums<1, 2, true>(input, depth, columns, rows, sums);
    case 3:
      return BlockSums<1, 3, true>(input, depth, columns, rows, sums);
    default:
      return BlockSums<1, 4, true>(input, depth, columns, rows, sums);
  }
}

}  // namespace

void TurnRows(float* matrix, int32_t rows, int32_t depth, int32_t block, float* scratch) {
  for (int32_t first = 0; first < rows; first += block) {
    const ptrdiff_t count = std::min(block, rows - first);
    float* of_block = matrix + static_cast<ptrdiff_t>(first) * depth;
    std::memcpy(scratch, of_block, static_cast<size_t>(count * depth) * sizeof(float));
    for (ptrdiff_t r = 0; r < count; ++r) {
      for (ptrdiff_t d = 0; d < depth; ++d) of_block[d * count + r] = scratch[r * depth + d];
    }
  }
}

void TurnedFullyConnected(const FullyConnectedFloat& p, const float* input, const float* filter,
                          const float* bias, float* output) {
  constexpr int kInputs = 2;  // at once
  const x86::FloatOutput store(p.range, bias);
  const ptrdiff_t depth = p.depth, units = p.units;
  for (int32_t first = 0; first < p.units; first += kTurnedRows, filter += kTurnedRows * depth) {
    const int32_t rows = std::min(kTurnedRows, p.units - first);
    float* out = output + first;
    for (int32_t b = 0; b < p.batches;) {
      float sums[kInputs * kTurnedRows];
      const float* x = input + b * depth;
      const int count = rows == kTurnedRows && b + kInputs <= p.batches ? kInputs : 1;
      if (rows < kTurnedRows) {
        LastBlockSums(x, depth, filter, rows, sums);
      } else if (count == 1) {
        BlockSums<1, 4, false>(x, depth, filter, rows, sums);
      } else {
        BlockSums<kInputs, 4, false>(x, depth, filter, rows, sums);
      }
      for (int v = 0; v < count; ++v, ++b) {
        store.Store(sums + v * kTurnedRows, first, rows, out + b * units);
      }
    }
  }
}

static_assert(kTurnedChannels == x86::kFloatPanel);

void TurnedConv(const ConvFloat& p, const float* input, const float* filter, const float* bias,
                float* output) {
  const int32_t groups = p.shape.input_channels / p.shape.filter_channels;
  const int32_t channels = p.shape.output_channels / groups;
  for (int32_t first = 0; first < p.shape.output_channels; first += channels) {
    x86::ConvPanels(p, input, filter + first * x86::WindowSize(p.shape), first, channels, bias,
                    output);
  }
}

bool TakesTurnedFilter(int64_t depth) { return depth <= x86::kMaxFloatWindow; }

}  // namespace millrace::micro
