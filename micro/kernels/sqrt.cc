#include "micro/kernels/sqrt.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_TRY(CheckElementsOfOneType(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kInt16:
      MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f,
                Status::kInvalidQuantization, "a scale is not positive");
      return Status::kOk;
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
Status RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const TensorView input = context.input(0), output = context.output();
  const float in_scale = input.scale(), out_scale = output.scale();
  const int32_t in_zero = input.zero_point(), out_zero = output.zero_point();
  bool defined = true;
  bool* const all_defined = &defined;
  RunElements<T, T>(context, [=](T x) {
    const int32_t value = x - in_zero;
    if (value < 0) {
      *all_defined = false;
      return static_cast<T>(low);
    }
    const float steps = std::sqrt(in_scale * static_cast<float>(value)) / out_scale;
    const int32_t whole = steps < 65536.0f ? static_cast<int32_t>(steps) : 65536;
    return static_cast<T>(Clamp(whole + out_zero, low, high));
  });
  MR_ENSURE(context, defined, Status::kInvokeFailed, "the root of a negative value");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      return RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
    case TensorType::kInt16:
      return RunQuantized<int16_t>(context, INT16_MIN, INT16_MAX);
    default:
      RunElements<float, float>(context, [](float x) { return std::sqrt(x); });
      return Status::kOk;
  }
}

}  // namespace

const OpRegistration kSqrtOp = {
    .code = BuiltinOp::kSqrt,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
