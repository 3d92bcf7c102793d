#include "micro/kernels/quantize.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/loops/rescale.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckElements(context));
  const TensorView input = context.input(0), output = context.output();
  IntRange range;
  MR_TRY(QuantizedActivationRange(context, Activation::kNone, output, &range));
  MR_ENSURE(context, output.scale() > 0.0f, Status::kInvalidQuantization,
            "the output's scale is not positive");
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
    case TensorType::kInt32: {
      Requant* factor;
      MR_TRY(context.NewData(&factor));
      MR_ENSURE(context, RequantOf(input.scale(), 1.0f, output.scale(), factor),
                Status::kInvalidQuantization, "the scales of input and output do not fit");
      return Status::kOk;
    }
    default:
      return NoKernelForType(context);
  }
}

template <typename Out>
void Run(const OpContext& context, const float* input, IntRange range) {
  const TensorView output = context.output();
  QuantizeLoop({output.scale(), output.zero_point(), range}, input, output.elements(),
               output.data<Out>());
}

template <typename Out, typename In>
void Run(const OpContext& context, const In* input, IntRange range) {
  const TensorView output = context.output();
  const Rescaling p = {context.data<Requant>(), context.input(0).zero_point(), output.zero_point(),
                       range};
  RescaleLoop(p, input, output.elements(), output.data<Out>());
}

template <typename In>
void Run(const OpContext& context) {
  const In* input = context.input_data<In>(0);
  switch (context.output().type()) {
    case TensorType::kInt8:
      return Run<int8_t>(context, input, {INT8_MIN, INT8_MAX});
    case TensorType::kUInt8:
      return Run<uint8_t>(context, input, {0, UINT8_MAX});
    case TensorType::kInt16:
      return Run<int16_t>(context, input, {INT16_MIN, INT16_MAX});
    default:
      return Run<int32_t>(context, input, {INT32_MIN, INT32_MAX});
  }
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Run<float>(context);
      break;
    case TensorType::kInt8:
      Run<int8_t>(context);
      break;
    case TensorType::kUInt8:
      Run<uint8_t>(context);
      break;
    case TensorType::kInt16:
      Run<int16_t>(context);
      break;
    default:
      Run<int32_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kQuantizeOp = {
    .code = BuiltinOp::kQuantize,
    .max_version = 4,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
