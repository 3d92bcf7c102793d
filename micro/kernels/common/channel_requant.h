// ChannelRequant: the factors input_scale * filter_scale[c] / output_scale of a layer's output
// channels, in 5 bytes a channel. They are cheap to compute (about 50 instructions a channel), so
// by default they are scratch memory, filled by each invoke, and take no lasting memory at all.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_CHANNEL_REQUANT_H_
#define MILLRACE_MICRO_KERNELS_COMMON_CHANNEL_REQUANT_H_

#include <cstddef>
#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

// The factors, one for each channel.
struct ChannelFactors {
  const int32_t* multipliers;
  const int8_t* shifts;
};

// A field of a kernel's op data.
class ChannelRequant {
 public:
  // Checks the scales (positive, as many as channels or one for all) and arranges for memory.
  // kInvalidQuantization by context.Fail.
  Status Prepare(const OpContext& context, const TensorView& input, const TensorView& filter,
                 const TensorView& output, int32_t channels);
  // The table; computed now when it is scratch memory. The tensors are those of Prepare.
  ChannelFactors Get(const TensorView& input, const TensorView& filter,
                     const TensorView& output) const;

 private:
  int32_t* table_;  // channels multipliers, then channels shifts of a byte
  int32_t channels_;
  bool is_scratch_;
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_CHANNEL_REQUANT_H_
