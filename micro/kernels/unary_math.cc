#include "micro/kernels/unary_math.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status CheckTypes(const OpContext& context, bool known) {
  return known ? CheckElementsOfOneType(context) : NoKernelForType(context);
}

Status PrepareFloat(OpContext& context) {
  return CheckTypes(context, context.input(0).type() == TensorType::kFloat32);
}

Status PrepareNeg(OpContext& context) {
  const TensorType type = context.input(0).type();
  return CheckTypes(context, type == TensorType::kFloat32 || type == TensorType::kInt32 ||
                                 type == TensorType::kInt64 || type == TensorType::kInt16 ||
                                 type == TensorType::kInt8);
}

Status PrepareSign(OpContext& context) {
  const TensorType type = context.input(0).type();
  return CheckTypes(context, type == TensorType::kFloat32 || type == TensorType::kInt32);
}

template <float (*kFunction)(float)>
Status Map(OpContext& context) {
  RunElements<float, float>(context, [](float x) { return kFunction(x); });
  return Status::kOk;
}

template <typename T>
void Negate(const OpContext& context) {
  RunElements<T, T>(context, [](T x) { return static_cast<T>(-x); });
}

Status Neg(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Negate<float>(context);
      break;
    case TensorType::kInt32:
      Negate<int32_t>(context);
      break;
    case TensorType::kInt16:
      Negate<int16_t>(context);
      break;
    case TensorType::kInt8:
      Negate<int8_t>(context);
      break;
    default:
      Negate<int64_t>(context);
  }
  return Status::kOk;
}

Status Sign(OpContext& context) {
  if (context.input(0).type() == TensorType::kInt32) {
    RunElements<int32_t, int32_t>(context, [](int32_t x) { return (x > 0) - (x < 0); });
  } else {
    RunElements<float, float>(context, [](float x) {
      return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f;
    });
  }
  return Status::kOk;
}

float Ceil(float x) { return std::ceil(x); }
float Floor(float x) { return std::floor(x); }
float Round(float x) { return std::nearbyint(x); }
float Square(float x) { return x * x; }
float Sin(float x) { return std::sin(x); }
float Cos(float x) { return std::cos(x); }

}  // namespace

const OpRegistration kNegOp = {
    .code = BuiltinOp::kNeg,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareNeg,
    .invoke = Neg,
};

const OpRegistration kSignOp = {
    .code = BuiltinOp::kSign,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareSign,
    .invoke = Sign,
};

const OpRegistration kCeilOp = {
    .code = BuiltinOp::kCeil,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Ceil>,
};

const OpRegistration kFloorOp = {
    .code = BuiltinOp::kFloor,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Floor>,
};

const OpRegistration kRoundOp = {
    .code = BuiltinOp::kRound,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Round>,
};

const OpRegistration kSquareOp = {
    .code = BuiltinOp::kSquare,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Square>,
};

const OpRegistration kSinOp = {
    .code = BuiltinOp::kSin,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Sin>,
};

const OpRegistration kCosOp = {
    .code = BuiltinOp::kCos,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = PrepareFloat,
    .invoke = Map<Cos>,
};

}  // namespace millrace::micro
