#include "micro/kernels/abs.h"

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckElementsOfOneType(context));
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kInt16: {
      Requant* factor;
      MR_TRY(context.NewData(&factor));
      MR_ENSURE(context,
                RequantOf(context.input(0).scale(), 1.0f, context.output().scale(), factor),
                Status::kInvalidQuantization, "the scales of input and output do not fit");
      return Status::kOk;
    }
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const Requant factor = context.data<Requant>();
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  RunElements<T, T>(context, [=](T x) {
    const int32_t value = x - in_zero;
    const int32_t result = MultiplyByRequant(value < 0 ? -value : value, factor) + out_zero;
    return static_cast<T>(Clamp(result, low, high));
  });
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      RunElements<float, float>(context, [](float x) { return __builtin_fabsf(x); });
      break;
    case TensorType::kInt8:
      RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context, INT16_MIN, INT16_MAX);
      break;
    default:
      RunElements<int32_t, int32_t>(context, [](int32_t x) { return x < 0 ? -x : x; });
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kAbsOp = {
    .code = BuiltinOp::kAbs,
    .max_version = 5,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
