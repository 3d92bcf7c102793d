#include "micro/kernels/quantize.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

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

// Steps of the output before its zero point is added.
class FromFloat {
 public:
  explicit FromFloat(const OpContext& context) : scale_(context.output().scale()) {}
  int32_t operator()(float x) const { return RoundToInt(x / scale_); }

 private:
  float scale_;
};

class FromInt {
 public:
  explicit FromInt(const OpContext& context)
      : factor_(context.data<Requant>()), zero_point_(context.input(0).zero_point()) {}
  int32_t operator()(int32_t x) const { return MultiplyByRequant(x - zero_point_, factor_); }

 private:
  Requant factor_;
  int32_t zero_point_;
};

template <typename In, typename Out, typename Steps>
void RunTo(const OpContext& context, const Steps& steps, int32_t low, int32_t high) {
  const int32_t zero = context.output().zero_point();
  RunElements<In, Out>(context,
                       [=](In x) { return static_cast<Out>(Clamp(steps(x) + zero, low, high)); });
}

template <typename In, typename Steps>
void Run(const OpContext& context) {
  const Steps steps(context);
  switch (context.output().type()) {
    case TensorType::kInt8:
      return RunTo<In, int8_t>(context, steps, INT8_MIN, INT8_MAX);
    case TensorType::kUInt8:
      return RunTo<In, uint8_t>(context, steps, 0, UINT8_MAX);
    case TensorType::kInt16:
      return RunTo<In, int16_t>(context, steps, INT16_MIN, INT16_MAX);
    default:
      return RunTo<In, int32_t>(context, steps, INT32_MIN, INT32_MAX);
  }
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Run<float, FromFloat>(context);
      break;
    case TensorType::kInt8:
      Run<int8_t, FromInt>(context);
      break;
    case TensorType::kUInt8:
      Run<uint8_t, FromInt>(context);
      break;
    case TensorType::kInt16:
      Run<int16_t, FromInt>(context);
      break;
    default:
      Run<int32_t, FromInt>(context);
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
