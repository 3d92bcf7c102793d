#include "micro/kernels/floor_div_mod.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  switch (context.output().type()) {
    case TensorType::kFloat32:
    case TensorType::kInt8:
    case TensorType::kInt16:
    case TensorType::kInt32:
      return Status::kOk;
    case TensorType::kInt64:
      if (context.code() == BuiltinOp::kFloorMod) return Status::kOk;
      return NoKernelForType(context);
    default:
      return NoKernelForType(context);
  }
}

// b != 0 and, for the quotient, not the lowest value by -1 (which wraps).
template <typename T>
T FloorDiv(T a, T b) {
  if (b == -1) return static_cast<T>(0 - a);
  const T quotient = static_cast<T>(a / b);
  return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
}

template <typename T>
T FloorMod(T a, T b) {
  if (b == -1) return 0;
  const T rest = static_cast<T>(a % b);
  return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
}

float FloorMod(float a, float b) {
  const float rest = std::fmod(a, b);
  return rest != 0.0f && (rest < 0.0f) != (b < 0.0f) ? rest + b : rest;
}

template <typename T>
Status Run(const OpContext& context) {
  const bool mod = context.code() == BuiltinOp::kFloorMod;
  bool defined = true;
  bool* const all_defined = &defined;
  RunPairs<T, T>(context, [mod, all_defined](T a, T b) -> T {
    if (b == 0) {
      *all_defined = false;
      return 0;
    }
    return mod ? FloorMod<T>(a, b) : FloorDiv<T>(a, b);
  });
  MR_ENSURE(context, defined, Status::kInvokeFailed, "a divisor is 0");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      if (context.code() == BuiltinOp::kFloorMod) {
        RunPairs<float, float>(context, [](float a, float b) { return FloorMod(a, b); });
      } else {
        RunPairs<float, float>(context, [](float a, float b) { return std::floor(a / b); });
      }
      return Status::kOk;
    case TensorType::kInt8:
      return Run<int8_t>(context);
    case TensorType::kInt16:
      return Run<int16_t>(context);
    case TensorType::kInt32:
      return Run<int32_t>(context);
    default:
      return Run<int64_t>(context);
  }
}

}  // namespace

const OpRegistration kFloorDivOp = {
    .code = BuiltinOp::kFloorDiv,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kFloorModOp = {
    .code = BuiltinOp::kFloorMod,
    .max_version = 2,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
