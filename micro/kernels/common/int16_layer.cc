#include "micro/kernels/common/int16_layer.h"

namespace millrace::micro {

int64_t WideBias::operator[](int32_t channel) const {
  if (data == nullptr) return 0;
  if (type == TensorType::kInt32) return static_cast<const int32_t*>(data)[channel];
  int64_t b;  // a model aligns vectors to 4 at least
  __builtin_memcpy(&b, static_cast<const char*>(data) + channel * sizeof(b), sizeof(b));
  return b;
}

int16_t Int16Requant::operator()(int64_t sum, int32_t channel) const {
  const bool by_channel = factors.multipliers != nullptr;
  const int32_t multiplier = by_channel ? factors.multipliers[channel] : for_all.multiplier;
  const int shift = by_channel ? factors.shifts[channel] : for_all.shift;
  sum += bias[channel];
  const int32_t scaled = wide ? MultiplyByRequant64(sum, multiplier, shift)
                              : MultiplyByRequant(static_cast<int32_t>(sum), multiplier, shift);
  return static_cast<int16_t>(Clamp(scaled, range.low, range.high));
}

}  // namespace millrace::micro
