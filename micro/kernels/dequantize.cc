#include "micro/kernels/dequantize.h"

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  if (context.output().type() != TensorType::kFloat32) return NoKernelForType(context);
  MR_TRY(CheckElements(context));
  switch (context.input(0).type()) {
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
    case TensorType::kInt32:
      MR_ENSURE(context, context.input(0).scale_count() == 1, Status::kInvalidQuantization,
                "the input has not one scale");
      return Status::kOk;
    case TensorType::kFloat16:
      return Status::kOk;
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void Run(const OpContext& context) {
  const float scale = context.input(0).scale();
  const int32_t zero = context.input(0).zero_point();
  RunElements<T, float>(context,
                        [=](T x) { return scale * static_cast<float>(int32_t{x} - zero); });
}

// 1 sign, 5 exponent, 10 mantissa bits.
float FromHalf(uint16_t half) {
  const uint32_t magnitude = half & 0x7FFF;
  float value;
  if (magnitude >= 0x7C00 || magnitude < 0x0400) {
    // Infinite or not a number; or a multiple of 2^-24.
    const uint32_t special = 0x7F800000 | (magnitude & 0x3FF) << 13;
    __builtin_memcpy(&value, &special, sizeof(value));
    if (magnitude < 0x0400) value = static_cast<float>(magnitude) / 16777216.0f;
  } else {
    const uint32_t normal = (magnitude << 13) + ((127 - 15) << 23);
    __builtin_memcpy(&value, &normal, sizeof(value));
  }
  return (half & 0x8000) != 0 ? -value : value;
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      Run<int8_t>(context);
      break;
    case TensorType::kUInt8:
      Run<uint8_t>(context);
      break;
    case TensorType::kInt16:
      Run<int16_t>(context);
      break;
    case TensorType::kInt32:
      Run<int32_t>(context);
      break;
    default:
      RunElements<uint16_t, float>(context, FromHalf);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kDequantizeOp = {
    .code = BuiltinOp::kDequantize,
    .max_version = 6,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
