#include "micro/kernels/common/channel_requant.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

bool Fill(float input, const float* filter, int filter_count, float output, int32_t channels,
          int32_t* multipliers) {
  auto* shifts = reinterpret_cast<int8_t*>(multipliers + channels);
  Requant requant;
  for (int32_t c = 0; c < channels; ++c) {
    if (c < filter_count && !RequantOf(input, filter[c], output, &requant)) return false;
    multipliers[c] = requant.multiplier;
    shifts[c] = static_cast<int8_t>(requant.shift);
  }
  return true;
}

}  // namespace

Status ChannelRequant::Prepare(const OpContext& context, const TensorView& input,
                               const TensorView& filter, const TensorView& output,
                               int32_t channels) {
  const int count = filter.scale_count();
  MR_ENSURE(context, count == 1 || (count > 1 && count == channels), Status::kInvalidQuantization,
            "the filter has neither one scale nor one a channel");
  channels_ = channels;
  is_scratch_ = context.prefer_small_arena();
  Requant requant;
  for (int c = 0; c < count; ++c) {
    MR_ENSURE(context, RequantOf(input.scale(), filter.scales()[c], output.scale(), &requant),
              Status::kInvalidQuantization, "the scales of input, filter and output do not fit");
  }
  const size_t bytes = static_cast<size_t>(channels) * (sizeof(int32_t) + 1);
  if (is_scratch_) return context.RequestScratch(bytes, &table_);
  void* memory = nullptr;
  MR_TRY(context.Allocate(bytes, alignof(int32_t), &memory));
  table_ = static_cast<int32_t*>(memory);
  Fill(input.scale(), filter.scales(), count, output.scale(), channels, table_);
  return Status::kOk;
}

ChannelFactors ChannelRequant::Get(const TensorView& input, const TensorView& filter,
                                   const TensorView& output) const {
  if (is_scratch_) {
    Fill(input.scale(), filter.scales(), filter.scale_count(), output.scale(), channels_, table_);
  }
  return {table_, reinterpret_cast<const int8_t*>(table_ + channels_)};
}

}  // namespace millrace::micro
