#include "micro/kernels/shape.h"

namespace millrace::micro {
namespace {

Status PrepareShape(OpContext& context) {
  const TensorType type = context.output().type();
  MR_ENSURE(context, type == TensorType::kInt32 || type == TensorType::kInt64,
            Status::kUnsupportedType, "the output is neither int32 nor int64");
  MR_ENSURE(context, context.output().elements() == context.input(0).rank(), Status::kInvalidShape,
            "the output has not one element for each dimension");
  return Status::kOk;
}

Status InvokeShape(OpContext& context) {
  const Shape shape = context.input(0).shape();
  const TensorView output = context.output();
  for (int i = 0; i < shape.rank; ++i) {
    if (output.type() == TensorType::kInt32) {
      output.data<int32_t>()[i] = shape[i];
    } else {
      output.data<int64_t>()[i] = shape[i];
    }
  }
  return Status::kOk;
}

Status PrepareRank(OpContext& context) {
  MR_ENSURE(context, context.output().type() == TensorType::kInt32, Status::kUnsupportedType,
            "the output is not int32");
  MR_ENSURE(context, context.output().elements() == 1, Status::kInvalidShape,
            "the output has not one element");
  return Status::kOk;
}

Status InvokeRank(OpContext& context) {
  *context.output_data<int32_t>() = context.input(0).rank();
  return Status::kOk;
}

}  // namespace

const OpRegistration kShapeOp = {
    .code = BuiltinOp::kShape,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareShape,
    .invoke = InvokeShape,
};

const OpRegistration kRankOp = {
    .code = BuiltinOp::kRank,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareRank,
    .invoke = InvokeRank,
};

}  // namespace millrace::micro
