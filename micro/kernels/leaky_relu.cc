#include "micro/kernels/leaky_relu.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/loops/rescale.h"

namespace millrace::micro {
namespace {

struct FloatData {
  float alpha;
};
struct QuantizedData {
  Requant above;
  Requant below;
};

Status PrepareQuantized(const OpContext& context, float alpha) {
  QuantizedData* data;
  MR_TRY(context.NewData(&data));
  const float in = context.input(0).scale(), out = context.output().scale();
  MR_ENSURE(context,
            RequantOf(in, 1.0f, out, &data->above) &&
                RequantOf(in, __builtin_fabsf(alpha), out, &data->below),
            Status::kInvalidQuantization, "alpha and the scales of input and output do not fit");
  if (alpha < 0.0f) data->below.multiplier = -data->below.multiplier;
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckElementsOfOneType(context));
  const float alpha = context.options().Float(LeakyReluOptions::kAlpha);
  switch (context.input(0).type()) {
    case TensorType::kFloat32: {
      FloatData* data;
      MR_TRY(context.NewData(&data));
      data->alpha = alpha;
      return Status::kOk;
    }
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
      return PrepareQuantized(context, alpha);
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const QuantizedData& data = context.data<QuantizedData>();
  const TensorView output = context.output();
  const LeakyRescaling p = {
      data.above, data.below, context.input(0).zero_point(), output.zero_point(), {low, high}};
  LeakyRescaleLoop(p, context.input_data<T>(0), output.elements(), output.data<T>());
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context, 0, UINT8_MAX);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context, INT16_MIN, INT16_MAX);
      break;
    default: {
      const float alpha = context.data<FloatData>().alpha;
      RunElements<float, float>(context, [alpha](float x) { return x > 0.0f ? x : x * alpha; });
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kLeakyReluOp = {
    .code = BuiltinOp::kLeakyRelu,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
