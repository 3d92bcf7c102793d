#include "micro/kernels/rsqrt.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/fixed_point.h"
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
    case TensorType::kInt16: {
      Requant* factor;
      MR_TRY(context.NewData(&factor));
      MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f,
                Status::kInvalidQuantization, "a scale is not positive");
      MR_ENSURE(context, RequantOf(1.0f, 1.0f, std::sqrt(input.scale()) * output.scale(), factor),
                Status::kInvalidQuantization, "the scales of input and output do not fit");
      return Status::kOk;
    }
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
Status RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  constexpr int kFractionBits = 20;  // of the root before the output's scale is applied
  const Requant factor = context.data<Requant>();
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  bool defined = true;
  bool* const all_defined = &defined;
  RunElements<T, T>(context, [=](T x) {
    const int32_t value = x - in_zero;
    if (value <= 0) {
      if (value < 0) *all_defined = false;
      return static_cast<T>(high);
    }
    const Requant root = InverseSqrt(value);
    const int32_t fixed = MultiplyByRequant(1, root.multiplier, root.shift + kFractionBits);
    const int32_t result =
        MultiplyByRequant(fixed, factor.multiplier, factor.shift - kFractionBits) + out_zero;
    return static_cast<T>(Clamp(result, low, high));
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
      RunElements<float, float>(context, [](float x) { return 1.0f / std::sqrt(x); });
      return Status::kOk;
  }
}

}  // namespace

const OpRegistration kRsqrtOp = {
    .code = BuiltinOp::kRsqrt,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
