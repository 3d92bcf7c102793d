#include "micro/kernels/common/activation.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// zero_point + round(value / scale), halves away from zero.
int32_t Quantize(float value, const TensorView& tensor) {
  return tensor.zero_point() + RoundToInt(value / tensor.scale());
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

Status NewActivationRange(const OpContext& context, Activation activation) {
  union Range {
    FloatRange real;
    IntRange integer;
  };
  FloatRange real = {};  // some compilers do not see that it is always set
  MR_TRY(FloatActivationRange(context, activation, &real));
  Range* range;
  MR_TRY(context.NewData(&range));
  if (context.output().type() == TensorType::kFloat32) {
    range->real = real;
  } else {
    range->integer = {real.low == kFloatLowest ? INT32_MIN : static_cast<int32_t>(real.low),
                      real.high == kFloatMax ? INT32_MAX : static_cast<int32_t>(real.high)};
  }
  return Status::kOk;
}

Status QuantizedActivationRange(const OpContext& context, Activation activation,
                                const TensorView& output, IntRange* range) {
  FloatRange real = {};  // some compilers do not see that it is always set
  MR_TRY(FloatActivationRange(context, activation, &real));
  return QuantizedRange(context, real, output, range);
}

Status QuantizedRange(const OpContext& context, FloatRange real, const TensorView& output,
                      IntRange* range) {
  MR_ENSURE(context, TypeRange(output.type(), range), Status::kUnsupportedType,
            "no activation range for the output's type");
  const bool bounded_below = real.low != kFloatLowest, bounded_above = real.high != kFloatMax;
  MR_ENSURE(context, output.scale() > 0.0f || (!bounded_below && !bounded_above),
            Status::kInvalidQuantization, "the output's scale is not positive");
  if (bounded_below) {
    const int32_t low = Quantize(real.low, output);
    if (low > range->low) range->low = low;
  }
  if (bounded_above) {
    const int32_t high = Quantize(real.high, output);
    if (high < range->high) range->high = high;
  }
  return Status::kOk;
}

}  // namespace millrace::micro
