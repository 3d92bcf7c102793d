#include "micro/kernels/prelu.h"

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

struct QuantizedData {
  Requant above;
  Requant below;  // of the product with alpha
};

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  const TensorView input = context.input(0), alpha = context.input(1), output = context.output();
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kInt16:
    case TensorType::kUInt8: {
      QuantizedData* data;
      MR_TRY(context.NewData(&data));
      MR_ENSURE(context,
                RequantOf(input.scale(), 1.0f, output.scale(), &data->above) &&
                    RequantOf(input.scale(), alpha.scale(), output.scale(), &data->below),
                Status::kInvalidQuantization, "the scales of input, alpha and output do not fit");
      return Status::kOk;
    }
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const QuantizedData data = context.data<QuantizedData>();
  const int32_t in_zero = context.input(0).zero_point(), alpha_zero = context.input(1).zero_point();
  const int32_t out_zero = context.output().zero_point();
  RunPairs<T, T>(context, [=](T x, T alpha) {
    const int32_t value = x - in_zero;
    const int32_t result = value >= 0 ? MultiplyByRequant(value, data.above)
                                      : MultiplyByRequant(value * (alpha - alpha_zero), data.below);
    return static_cast<T>(Clamp(result + out_zero, low, high));
  });
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context, INT16_MIN, INT16_MAX);
      break;
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context, 0, UINT8_MAX);
      break;
    default:
      RunPairs<float, float>(context,
                             [](float x, float alpha) { return x >= 0.0f ? x : x * alpha; });
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kPreluOp = {
    .code = BuiltinOp::kPrelu,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
