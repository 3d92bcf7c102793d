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

  int64_t operator[](int32_t channel) const;
};

// From a sum of products to an output, whose zero point is 0.
struct Int16Requant {
  ChannelFactors factors;
  Requant for_all;  // of all channels, where factors has no multipliers
  IntRange range;
  WideBias bias;
  bool wide;  // rounded as sums of 64 bits are; else sums wrap at 32

  int16_t operator()(int64_t sum, int32_t channel) const;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_INT16_LAYER_H_
