#include "micro/kernels/relu.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/loops/rescale.h"

namespace millrace::micro {
namespace {

struct QuantizedData {
  Requant factor;
  IntRange range;
};

FloatRange RangeOf(BuiltinOp op) {
  switch (op) {
    case BuiltinOp::kRelu:
      return {0.0f, kFloatMax};
    case BuiltinOp::kRelu6:
      return {0.0f, 6.0f};
    case BuiltinOp::kReluN1To1:
      return {-1.0f, 1.0f};
    default:
      return {0.0f, 1.0f};
  }
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_TRY(CheckElementsOfOneType(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16: {
      QuantizedData* data;
      MR_TRY(context.NewData(&data));
      MR_ENSURE(context, RequantOf(input.scale(), 1.0f, output.scale(), &data->factor),
                Status::kInvalidQuantization, "the scales of input and output do not fit");
      return QuantizedRange(context, RangeOf(context.code()), output, &data->range);
    }
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context) {
  const QuantizedData& data = context.data<QuantizedData>();
  const TensorView output = context.output();
  const Rescaling p = {data.factor, context.input(0).zero_point(), output.zero_point(), data.range};
  RescaleLoop(p, context.input_data<T>(0), output.elements(), output.data<T>());
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunQuantized<int8_t>(context);
      break;
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context);
      break;
    default: {
      const FloatRange range = RangeOf(context.code());
      RunElements<float, float>(context,
                                [range](float x) { return ClampFloat(x, range.low, range.high); });
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kReluOp = {
    .code = BuiltinOp::kRelu,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kRelu6Op = {
    .code = BuiltinOp::kRelu6,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kReluN1To1Op = {
    .code = BuiltinOp::kReluN1To1,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kRelu0To1Op = {
    .code = BuiltinOp::kRelu0To1,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
