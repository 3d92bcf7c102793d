// Each of the values that a byte can have is worked out once.
#include "micro/kernels/loops/softmax.h"

#include <algorithm>

namespace millrace::micro {
namespace {

constexpr int32_t kValues = 256;

template <typename T>
void LookUp(const int16_t* table, const int8_t* input, int32_t count, T* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = static_cast<T>(table[input[i] + 128]);
}

}  // namespace

void SoftmaxRow(const ScaledExp& exp, const int8_t* input, int32_t count, void* output, bool wide) {
  int32_t counts[kValues] = {};
  for (int32_t i = 0; i < count; ++i) ++counts[input[i] + 128];
  int32_t max = kValues - 1;
  while (counts[max] == 0) --max;
  const int32_t least = std::max(0, max + exp.least);
  int32_t exponentials[kValues];
  // Saturated, it is what it were with additions that saturate.
  uint64_t sum = 0;
  for (int32_t v = max; v >= least; --v) {
    if (counts[v] == 0) continue;
    exponentials[v] = exp.Exp(v - max);
    sum += static_cast<uint64_t>(counts[v]) *
           static_cast<uint32_t>(RoundingShiftRight(exponentials[v], ScaledExp::kSumBits));
  }
  const SoftmaxShare share(static_cast<uint32_t>(std::min<uint64_t>(sum, UINT32_MAX)), wide);
  int16_t table[kValues];
  for (int32_t v = 0; v <= max; ++v) {
    if (counts[v] == 0) continue;
    table[v] = static_cast<int16_t>(v < least ? share.Least() : share.Of(exponentials[v]));
  }
  wide ? LookUp(table, input, count, static_cast<int16_t*>(output))
       : LookUp(table, input, count, static_cast<int8_t*>(output));
}

}  // namespace millrace::micro
