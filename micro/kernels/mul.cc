#include "micro/kernels/mul.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

Status PrepareQuantized(const OpContext& context, Activation activation) {
  const TensorView output = context.output();
  MulFactors* factors;
  MR_TRY(context.NewData(&factors));
  MR_ENSURE(context,
            RequantOf(context.input(0).scale(), context.input(1).scale(), output.scale(),
                      &factors->output),
            Status::kInvalidQuantization, "the scales of the inputs and the output do not fit");
  return QuantizedActivationRange(context, activation, output, &factors->range);
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  const Activation activation =
      context.options().FusedActivation(MulOptions::kFusedActivationFunction);
  switch (context.output().type()) {
    case TensorType::kUInt32:
      MR_ENSURE(context, activation == Activation::kNone, Status::kUnsupported,
                "uint32 has no fused activation");
      return Status::kOk;
    case TensorType::kFloat32:
    case TensorType::kInt32:
    case TensorType::kInt64:
      return NewActivationRange(context, activation);
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
      return PrepareQuantized(context, activation);
    default:
      return NoKernelForType(context);
  }
}

MulQuantized Quantized(const OpContext& context) {
  return {context.data<MulFactors>(), context.input(0).zero_point(), context.input(1).zero_point(),
          context.output().zero_point()};
}

template <typename T>
void RunQuantized(const OpContext& context) {
  const MulQuantized p = Quantized(context);
  RunPairs<T, T>(context, [p](T a, T b) { return static_cast<T>(MulElements(p, a, b)); });
}

template <typename T>
void RunPlain(const OpContext& context) {
  const IntRange range = context.data<IntRange>();
  RunPairs<T, T>(context, [range](T a, T b) { return ClampInt<T>(a * b, range); });
}

Status Invoke(OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      ForEachPairRow(context, &context.data<FloatRange>(), MulFloatRow);
      break;
    case TensorType::kInt8: {
      const MulQuantized p = Quantized(context);
      ForEachPairRow(context, &p, MulInt8Row);
      break;
    }
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context);
      break;
    case TensorType::kInt16:
      RunQuantized<int16_t>(context);
      break;
    case TensorType::kUInt32:
      RunPairs<uint32_t, uint32_t>(context, [](uint32_t a, uint32_t b) { return a * b; });
      break;
    case TensorType::kInt32:
      RunPlain<int32_t>(context);
      break;
    default:
      RunPlain<int64_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kMulOp = {
    .code = BuiltinOp::kMul,
    .max_version = 7,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
