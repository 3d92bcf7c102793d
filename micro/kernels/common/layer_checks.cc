#include "micro/kernels/common/layer_checks.h"

namespace millrace::micro {

namespace {

bool HasSoundZeroPoint(const TensorView& tensor) {
  const int32_t zero_point = tensor.zero_point();
  return tensor.type() == TensorType::kInt16 ? zero_point == 0
                                             : zero_point >= -128 && zero_point <= 127;
}

}  // namespace

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
