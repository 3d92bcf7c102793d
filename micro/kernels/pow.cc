#include "micro/kernels/pow.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  const TensorType type = context.output().type();
  const bool known = type == TensorType::kFloat32 || type == TensorType::kInt32;
  return known ? Status::kOk : NoKernelForType(context);
}

int32_t Power(int32_t base, int32_t exponent) {
  int32_t result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) {
    if ((exponent & 1) != 0) result *= base;
  }
  return result;
}

Status Invoke(OpContext& context) {
  if (context.output().type() == TensorType::kFloat32) {
    RunPairs<float, float>(context, [](float a, float b) { return std::pow(a, b); });
    return Status::kOk;
  }
  bool defined = true;
  bool* const all_defined = &defined;
  RunPairs<int32_t, int32_t>(context, [all_defined](int32_t a, int32_t b) {
    if (b < 0) *all_defined = false;
    return Power(a, b);
  });
  MR_ENSURE(context, defined, Status::kInvokeFailed, "an integer exponent is negative");
  return Status::kOk;
}

}  // namespace

const OpRegistration kPowOp = {
    .code = BuiltinOp::kPow,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
