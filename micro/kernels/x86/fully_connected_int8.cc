#include "micro/kernels/x86/dense_sums.h"
#include "micro/kernels/x86/requant.h"

namespace millrace::micro {
namespace {

// Of one row's sums with some units.
void Finish(const FullyConnectedQuantized& p, const int32_t* bias, const int32_t* sums,
            int32_t first, int32_t units, int8_t* output) {
  const bool by_unit = p.factors.multipliers != nullptr;
  const x86::Output8 store(p.output_zero_point, p.range);
  const x86::Requant8 for_all = x86::MakeRequant8(p.requant);
  int32_t u = 0;
  for (; u + 8 <= units; u += 8) {
    __m256i sum = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + u));
    if (bias != nullptr) {
      sum = _mm256_add_epi32(
          sum, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bias + first + u)));
    }
    store.Store(
        x86::MultiplyByRequant8(sum, by_unit ? x86::LoadRequant8(p.factors, first + u) : for_all),
        output + u);
  }
  for (; u < units; ++u) {
    const int32_t sum = sums[u] + (bias == nullptr ? 0 : bias[first + u]);
    const int32_t value = p.Requantized(sum, first + u) + p.output_zero_point;
    output[u] = static_cast<int8_t>(Clamp(value, p.range.low, p.range.high));
  }
}

}  // namespace

void FullyConnectedLoop(const FullyConnectedQuantized& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, int8_t* output) {
  x86::ForEachDenseSums<int32_t>(
      p, input, filter, [&](const auto& sums, int32_t row, int rows, int32_t first, int32_t units) {
        for (int v = 0; v < rows; ++v) {
          Finish(p, bias, sums.Row(v), first, units,
                 output + static_cast<ptrdiff_t>(row + v) * p.units + first);
        }
      });
}

}  // namespace millrace::micro
