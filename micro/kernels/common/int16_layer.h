// What layers with int16 activations and int8 weights have of their own: a bias of 32 or 64 bits,
// which decides how sums are rounded.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_INT16_LAYER_H_
#define MILLRACE_MICRO_KERNELS_COMMON_INT16_LAYER_H_

#include <cstdint>

#include "micro/core/schema.h"
#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/channel_requant.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {

// One number an output channel.
struct WideBias {
  const void* data;  // nullptr: zeros
  TensorType type;   // kInt32 or kInt64

  int64_t operator[](int32_t channel) const {
    if (data == nullptr) return 0;
    if (type == TensorType::kInt32) return static_cast<const int32_t*>(data)[channel];
    int64_t b;  // a model aligns vectors to 4 at least
    __builtin_memcpy(&b, static_cast<const char*>(data) + channel * sizeof(b), sizeof(b));
    return b;
  }
};

// From a sum of products to an output, whose zero point is 0.
struct Int16Requant {
  ChannelFactors factors;
  Requant for_all;  // of all channels, where factors has no multipliers
  IntRange range;
  WideBias bias;
  bool wide;  // rounded as sums of 64 bits are; else sums wrap at 32

  int16_t operator()(int64_t sum, int32_t channel) const {
    const bool by_channel = factors.multipliers != nullptr;
    const int32_t multiplier = by_channel ? factors.multipliers[channel] : for_all.multiplier;
    const int shift = by_channel ? factors.shifts[channel] : for_all.shift;
    sum += bias[channel];
    const int32_t scaled = wide ? MultiplyByRequant64(sum, multiplier, shift)
                                : MultiplyByRequant(static_cast<int32_t>(sum), multiplier, shift);
    return static_cast<int16_t>(Clamp(scaled, range.low, range.high));
  }
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_INT16_LAYER_H_
