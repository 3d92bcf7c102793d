#include <algorithm>

#include "micro/kernels/loops/fully_connected.h"
#include "micro/kernels/x86/float_output.h"
#include "micro/kernels/x86/float_rows.h"

namespace millrace::micro {

void FullyConnectedLoop(const FullyConnectedFloat& p, const float* input, const float* filter,
                        const float* bias, float* output) {
  constexpr int kBatches = 2;  // at once
  const x86::FloatOutput store(p.range, bias);
  const ptrdiff_t depth = p.depth, units = p.units;
  for (int32_t first = 0; first < p.units; first += x86::kFloatRows) {
    const float* rows = filter + first * depth;
    const int32_t count = std::min(x86::kFloatRows, p.units - first);
    for (int32_t b = 0; b < p.batches; b += kBatches) {
      float sums[kBatches * x86::kFloatRows];
      const bool both = b + kBatches <= p.batches;
      both ? x86::FloatRowSums<kBatches>(input + b * depth, p.depth, rows, count, sums)
           : x86::FloatRowSums<1>(input + b * depth, p.depth, rows, count, sums);
      for (int v = 0; v < (both ? kBatches : 1); ++v) {
        store.Store(sums + v * x86::kFloatRows, first, count, output + (b + v) * units + first);
      }
    }
  }
}

}  // namespace millrace::micro
