#include "micro/kernels/atan2.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairs(context));
  const TensorType type = context.output().type();
  const bool known = type == TensorType::kFloat32 || type == TensorType::kFloat64;
  return known && type == context.input(0).type() ? Status::kOk : NoKernelForType(context);
}

Status Invoke(OpContext& context) {
  const auto angle = [](auto y, auto x) { return std::atan2(y, x); };
  if (context.output().type() == TensorType::kFloat32) {
    RunPairs<float, float>(context, angle);
  } else {
    RunPairs<double, double>(context, angle);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kAtan2Op = {
    .code = BuiltinOp::kAtan2,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
