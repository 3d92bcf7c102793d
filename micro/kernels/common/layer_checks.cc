#include "micro/kernels/common/layer_checks.h"

namespace millrace::micro {

namespace {

bool HasSoundZeroPoint(const TensorView& tensor) {
  const int32_t zero_point = tensor.zero_point();
  switch (tensor.type()) {
    case TensorType::kInt16:
      return zero_point == 0;
    case TensorType::kUInt8:
      return zero_point >= 0 && zero_point <= 255;
    default:
      return zero_point >= -128 && zero_point <= 127;
  }
}

}  // namespace

bool AreWeightsOf(TensorType activations, TensorType weights) {
  switch (activations) {
    case TensorType::kInt8:
      return IsNarrow(weights);
    case TensorType::kUInt8:
      return weights == TensorType::kUInt8;
    default:
      return weights == TensorType::kInt8;
  }
}

Status CheckZeroPoints(const OpContext& context, const TensorView& input,
                       const TensorView& output) {
  MR_ENSURE(context, HasSoundZeroPoint(input) && HasSoundZeroPoint(output),
            Status::kInvalidQuantization, "a zero point is not one that the type can have");
  return Status::kOk;
}

Status CheckScalesOfInt16(const OpContext& context, const TensorView& input,
                          const TensorView& filter, const TensorView& output) {
  for (int i = 0; i < filter.scale_count(); ++i) {
    MR_ENSURE(context, input.scale() * filter.scales()[i] < 64.0f * output.scale(),
              Status::kInvalidQuantization, "the output's scale is too small for the input's");
  }
  return Status::kOk;
}

}  // namespace millrace::micro
