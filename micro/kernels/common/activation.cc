#include "micro/kernels/common/activation.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

constexpr float kFloatLowest = -3.40282347e38f;
constexpr float kFloatMax = 3.40282347e38f;

// zero_point + round(value / scale), halves away from zero.
int32_t Quantize(float value, const TensorView& tensor) {
  const float steps = value / tensor.scale();
  // Whatever no type holds would not fit the conversion either.
  const float bounded = ClampFloat(steps, -1e9f, 1e9f);
  const int32_t whole = static_cast<int32_t>(bounded);
  const float rest = bounded - static_cast<float>(whole);
  return tensor.zero_point() + whole + (rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0);
}

bool TypeRange(TensorType type, IntRange* range) {
  switch (type) {
    case TensorType::kInt8:
      *range = {-128, 127};
      return true;
    case TensorType::kUInt8:
      *range = {0, 255};
      return true;
    case TensorType::kInt16:
      *range = {-32768, 32767};
      return true;
    case TensorType::kInt32:
      *range = {INT32_MIN, INT32_MAX};
      return true;
    default:
      return false;
  }
}

}  // namespace

Status FloatActivationRange(const OpContext& context, Activation activation, FloatRange* range) {
  switch (activation) {
    case Activation::kNone:
      *range = {kFloatLowest, kFloatMax};
      return Status::kOk;
    case Activation::kRelu:
      *range = {0.0f, kFloatMax};
      return Status::kOk;
    case Activation::kReluN1To1:
      *range = {-1.0f, 1.0f};
      return Status::kOk;
    case Activation::kRelu6:
      *range = {0.0f, 6.0f};
      return Status::kOk;
    default:
      return context.Fail(Status::kUnsupported, MR_WHY("the fused activation is not supported"));
  }
}

Status QuantizedActivationRange(const OpContext& context, Activation activation,
                                const TensorView& output, IntRange* range) {
  MR_ENSURE(context, TypeRange(output.type(), range), Status::kUnsupportedType,
            "no activation range for the output's type");
  FloatRange real;
  MR_TRY(FloatActivationRange(context, activation, &real));
  if (activation == Activation::kNone) return Status::kOk;
  MR_ENSURE(context, output.scale() > 0.0f, Status::kInvalidQuantization,
            "the output's scale is not positive");
  const int32_t low = Quantize(real.low, output);
  if (low > range->low) range->low = low;
  if (activation != Activation::kRelu) {
    const int32_t high = Quantize(real.high, output);
    if (high < range->high) range->high = high;
  }
  return Status::kOk;
}

}  // namespace millrace::micro
