#include "micro/kernels/add_n.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

constexpr int kLeftShift = 20;

struct QuantizedData {
  Requant input;
  Requant output;
};

Status PrepareInt8(const OpContext& context) {
  const TensorView first = context.input(0);
  for (int i = 1; i < context.num_inputs(); ++i) {
    const TensorView input = context.input(i);
    MR_ENSURE(context, input.scale() == first.scale() && input.zero_point() == first.zero_point(),
              Status::kInvalidQuantization, "the inputs differ in scale or zero point");
  }
  QuantizedData* data;
  MR_TRY(context.NewData(&data));
  const float scale = 2.0f * first.scale();
  MR_ENSURE(
      context,
      RequantOf(first.scale(), 1.0f, scale, &data->input) &&
          RequantOf(scale, 1.0f, context.output().scale() * static_cast<float>(1 << kLeftShift),
                    &data->output),
      Status::kInvalidQuantization, "the scales of the inputs and the output do not fit");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView output = context.output();
  for (int i = 0; i < context.num_inputs(); ++i) {
    MR_ENSURE(context, context.has_input(i), Status::kInvalidModel, "an input is missing");
    const TensorView input = context.input(i);
    if (input.type() != output.type()) return NoKernelForType(context);
    MR_ENSURE(context, input.shape() == output.shape(), Status::kInvalidShape,
              "the inputs' shapes are not the output's");
  }
  switch (output.type()) {
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return Status::kOk;
    case TensorType::kInt8:
      return PrepareInt8(context);
    default:
      return NoKernelForType(context);
  }
}

// Element by element over all inputs, so that the output may lie where any of them does.
template <typename T>
void Run(const OpContext& context) {
  T* out = context.output_data<T>();
  const int32_t count = context.output().elements();
  for (int32_t i = 0; i < count; ++i) {
    T sum = context.input_data<T>(0)[i];
    for (int k = 1; k < context.num_inputs(); ++k) sum += context.input_data<T>(k)[i];
    out[i] = sum;
  }
}

void RunInt8(const OpContext& context) {
  const QuantizedData data = context.data<QuantizedData>();
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  int8_t* out = context.output_data<int8_t>();
  const int32_t count = context.output().elements();
  for (int32_t i = 0; i < count; ++i) {
    int32_t sum = 0;
    for (int k = 0; k < context.num_inputs(); ++k) {
      const int32_t x = context.input_data<int8_t>(k)[i] - in_zero;
      sum += MultiplyByRequant(x * (1 << kLeftShift), data.input);
    }
    out[i] = static_cast<int8_t>(
        Clamp(MultiplyByRequant(sum, data.output) + out_zero, INT8_MIN, INT8_MAX));
  }
}

Status Invoke(OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      Run<float>(context);
      break;
    case TensorType::kInt32:
      Run<int32_t>(context);
      break;
    default:
      RunInt8(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kAddNOp = {
    .code = BuiltinOp::kAddN,
    .max_version = 1,
    .min_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
