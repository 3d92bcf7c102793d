#include "micro/kernels/add_sub.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/arithmetic.h"

namespace millrace::micro {
namespace {

constexpr int LeftShift(TensorType type) { return type == TensorType::kInt16 ? 15 : 20; }

Status PrepareQuantized(const OpContext& context, Activation activation) {
  const TensorView output = context.output();
  AddFactors* factors;
  MR_TRY(context.NewData(&factors));
  const float a = context.input(0).scale(), b = context.input(1).scale();
  const float scale = 2.0f * (a > b ? a : b);
  const float steps = static_cast<float>(1 << LeftShift(output.type()));
  MR_ENSURE(context,
            RequantOf(a, 1.0f, scale, &factors->a) && RequantOf(b, 1.0f, scale, &factors->b) &&
                RequantOf(scale, 1.0f, output.scale() * steps, &factors->output),
            Status::kInvalidQuantization, "the scales of the inputs and the output do not fit");
  return QuantizedActivationRange(context, activation, output, &factors->range);
}

Status Prepare(OpContext& context) {
  static_assert(static_cast<int>(AddOptions::kFusedActivationFunction) ==
                static_cast<int>(SubOptions::kFusedActivationFunction));
  MR_TRY(CheckPairsOfOneType(context));
  const Activation activation =
      context.options().FusedActivation(AddOptions::kFusedActivationFunction);
  switch (context.output().type()) {
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

void AddUInt8Row(const void* data, const PairRow& row) {
  QuantizedRow<uint8_t>(*static_cast<const AddQuantized*>(data), row, AddElements);
}

void RunQuantized(const OpContext& context, int sign, decltype(&AddInt8Row) add_row) {
  const TensorView output = context.output();
  const AddQuantized p = {context.data<AddFactors>(),    context.input(0).zero_point(),
                          context.input(1).zero_point(), output.zero_point(),
                          LeftShift(output.type()),      sign};
  ForEachPairRow(context, &p, add_row);
}

template <typename T>
void RunPlain(const OpContext& context, int sign) {
  const IntRange range = context.data<IntRange>();
  RunPairs<T, T>(context, [range, sign](T a, T b) {
    return ClampInt<T>(static_cast<T>(a + sign * b), range);
  });
}

Status Invoke(OpContext& context) {
  const int sign = context.code() == BuiltinOp::kSub ? -1 : 1;
  switch (context.output().type()) {
    case TensorType::kFloat32:
      ForEachPairRow(context, &context.data<FloatRange>(), sign > 0 ? AddFloatRow : SubFloatRow);
      break;
    case TensorType::kInt8:
      RunQuantized(context, sign, AddInt8Row);
      break;
    case TensorType::kUInt8:
      RunQuantized(context, sign, AddUInt8Row);
      break;
    case TensorType::kInt16:
      RunQuantized(context, sign, AddInt16Row);
      break;
    case TensorType::kInt32:
      RunPlain<int32_t>(context, sign);
      break;
    default:
      RunPlain<int64_t>(context, sign);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kAddOp = {
    .code = BuiltinOp::kAdd,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kSubOp = {
    .code = BuiltinOp::kSub,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
