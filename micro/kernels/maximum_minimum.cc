#include "micro/kernels/maximum_minimum.h"

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  switch (context.output().type()) {
    case TensorType::kFloat32:
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
    case TensorType::kInt32:
    case TensorType::kInt64:
      return Status::kOk;
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void Run(const OpContext& context) {
  if (context.code() == BuiltinOp::kMaximum) {
    RunPairs<T, T>(context, [](T a, T b) { return a > b ? a : b; });
  } else {
    RunPairs<T, T>(context, [](T a, T b) { return a < b ? a : b; });
  }
}

Status Invoke(OpContext& context) {
  switch (context.output().type()) {
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
    case TensorType::kInt32:
      Run<int32_t>(context);
      break;
    default:
      Run<int64_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kMaximumOp = {
    .code = BuiltinOp::kMaximum,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kMinimumOp = {
    .code = BuiltinOp::kMinimum,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
