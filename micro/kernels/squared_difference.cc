#include "micro/kernels/squared_difference.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

// Both inputs are brought to twice the larger of their scales, with some bits more.
struct QuantizedData {
  Requant a;
  Requant b;
  Requant output;
};

constexpr int LeftShift(TensorType type) { return type == TensorType::kInt16 ? 0 : 7; }

Status PrepareQuantized(const OpContext& context) {
  QuantizedData* data;
  MR_TRY(context.NewData(&data));
  const float a = context.input(0).scale(), b = context.input(1).scale();
  const float scale = 2.0f * (a > b ? a : b);
  const float steps = static_cast<float>(1 << (2 * LeftShift(context.output().type())));
  MR_ENSURE(context,
            RequantOf(a, 1.0f, scale, &data->a) && RequantOf(b, 1.0f, scale, &data->b) &&
                RequantOf(scale, scale, context.output().scale() * steps, &data->output),
            Status::kInvalidQuantization, "the scales of the inputs and the output do not fit");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  switch (context.output().type()) {
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kInt16:
      return PrepareQuantized(context);
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const QuantizedData data = context.data<QuantizedData>();
  const int32_t a_zero = context.input(0).zero_point(), b_zero = context.input(1).zero_point();
  const int32_t out_zero = context.output().zero_point();
  const int32_t one = 1 << LeftShift(context.output().type());
  RunPairs<T, T>(context, [=](T a, T b) {
    const int32_t difference = MultiplyByRequant((a - a_zero) * one, data.a) -
                               MultiplyByRequant((b - b_zero) * one, data.b);
    const int32_t square = MultiplyByRequant(difference * difference, data.output);
    return static_cast<T>(Clamp(square + out_zero, low, high));
  });
}

Status Invoke(OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      RunPairs<float, float>(context, [](float a, float b) { return (a - b) * (a - b); });
      break;
    case TensorType::kInt8:
      RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context, INT16_MIN, INT16_MAX);
      break;
    default:
      RunPairs<int32_t, int32_t>(context, [](int32_t a, int32_t b) { return (a - b) * (a - b); });
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSquaredDifferenceOp = {
    .code = BuiltinOp::kSquaredDifference,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
