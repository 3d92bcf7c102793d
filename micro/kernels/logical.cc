#include "micro/kernels/logical.h"

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status CheckTypes(const OpContext& context) {
  const bool known =
      context.input(0).type() == TensorType::kBool && context.output().type() == TensorType::kBool;
  return known ? Status::kOk : NoKernelForType(context);
}

Status PreparePairs(OpContext& context) {
  MR_TRY(CheckTypes(context));
  return CheckPairs(context);
}

Status PrepareNot(OpContext& context) {
  MR_TRY(CheckTypes(context));
  return CheckElements(context);
}

Status And(OpContext& context) {
  RunPairs<uint8_t, bool>(context, [](uint8_t a, uint8_t b) { return a != 0 && b != 0; });
  return Status::kOk;
}

Status Or(OpContext& context) {
  RunPairs<uint8_t, bool>(context, [](uint8_t a, uint8_t b) { return a != 0 || b != 0; });
  return Status::kOk;
}

Status Not(OpContext& context) {
  RunElements<uint8_t, bool>(context, [](uint8_t a) { return a == 0; });
  return Status::kOk;
}

}  // namespace

const OpRegistration kLogicalAndOp = {
    .code = BuiltinOp::kLogicalAnd,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = PreparePairs,
    .invoke = And,
};

const OpRegistration kLogicalOrOp = {
    .code = BuiltinOp::kLogicalOr,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = PreparePairs,
    .invoke = Or,
};

const OpRegistration kLogicalNotOp = {
    .code = BuiltinOp::kLogicalNot,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareNot,
    .invoke = Not,
};

}  // namespace millrace::micro
