#include "micro/kernels/common/channel_requant.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// Layers of uint8 have one factor, for which the product of the two scales is rounded to a float.
bool RoundsProduct(const TensorView& filter) { return filter.type() == TensorType::kUInt8; }

// Factors that Prepare found sound. One scale counts for all channels.
void Fill(const TensorView& input, const TensorView& filter, const TensorView& output,
          int32_t channels, int32_t* multipliers) {
  auto* shifts = reinterpret_cast<int8_t*>(multipliers + channels);
  const int count = filter.scale_count();
  RequantMaker maker;
  const bool rounds = RoundsProduct(filter);
  const float product = input.scale() * filter.scale(), one = 1.0f;
  if (!maker.Set(rounds ? product : input.scale(), output.scale())) return;
  maker.MakeTable(rounds ? &one : filter.scales(), count, multipliers, shifts);
  for (int32_t c = count; c < channels; ++c) {
    multipliers[c] = multipliers[0];
    shifts[c] = shifts[0];
  }
}

bool AreSound(const TensorView& input, const TensorView& filter, const TensorView& output) {
  RequantMaker maker;
  if (!maker.Set(input.scale(), output.scale())) return false;
  const float* scales = filter.scales();
  const int count = filter.scale_count();
  for (int c = 0; c < count; ++c) {
    if (!maker.Accepts(scales[c])) return false;
  }
  return true;
}

}  // namespace

Status ChannelRequant::Prepare(const OpContext& context, const TensorView& input,
                               const TensorView& filter, const TensorView& output,
                               int32_t channels) {
  const int count = filter.scale_count();
  MR_ENSURE(context, count == 1 || (count == channels && !RoundsProduct(filter)),
            Status::kInvalidQuantization, "the filter has neither one scale nor one a channel");
  channels_ = channels;
  is_scratch_ = context.prefer_small_arena();
  MR_ENSURE(context, AreSound(input, filter, output), Status::kInvalidQuantization,
            "the scales of input, filter and output do not fit");
  const size_t bytes = static_cast<size_t>(channels) * (sizeof(int32_t) + 1);
  if (is_scratch_) return context.RequestScratch(bytes, &table_);
  void* memory = nullptr;
  MR_TRY(context.Allocate(bytes, alignof(int32_t), &memory));
  table_ = static_cast<int32_t*>(memory);
  Fill(input, filter, output, channels, table_);
  return Status::kOk;
}

ChannelFactors ChannelRequant::Get(const TensorView& input, const TensorView& filter,
                                   const TensorView& output) const {
  if (is_scratch_) Fill(input, filter, output, channels_, table_);
  return {table_, reinterpret_cast<const int8_t*>(table_ + channels_)};
}

}  // namespace millrace::micro
