#include "micro/kernels/comparisons.h"

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

struct QuantizedData {
  Requant a;
  Requant b;
};

bool IsOfEquality(BuiltinOp op) { return op == BuiltinOp::kEqual || op == BuiltinOp::kNotEqual; }

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairs(context));
  if (context.output().type() != TensorType::kBool) return NoKernelForType(context);
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
    case TensorType::kInt16:
    case TensorType::kInt32:
    case TensorType::kInt64:
      return Status::kOk;
    case TensorType::kBool:
      return IsOfEquality(context.code()) ? Status::kOk : NoKernelForType(context);
    case TensorType::kInt8:
    case TensorType::kUInt8: {
      QuantizedData* data;
      MR_TRY(context.NewData(&data));
      MR_ENSURE(context,
                RequantOf(context.input(0).scale(), 1.0f, 1.0f, &data->a) &&
                    RequantOf(context.input(1).scale(), 1.0f, 1.0f, &data->b),
                Status::kInvalidQuantization, "the scale of an input does not fit");
      return Status::kOk;
    }
    default:
      return NoKernelForType(context);
  }
}

// What of less, equal, greater an op accepts: bits 0, 1, 2. Two values that are neither (a float
// that is not a number) are bit 3.
constexpr int kLess = 1, kEqual = 2, kGreater = 4, kUnordered = 8;

int Accepted(BuiltinOp op) {
  switch (op) {
    case BuiltinOp::kEqual:
      return kEqual;
    case BuiltinOp::kNotEqual:
      return kLess | kGreater | kUnordered;
    case BuiltinOp::kLess:
      return kLess;
    case BuiltinOp::kLessEqual:
      return kLess | kEqual;
    case BuiltinOp::kGreater:
      return kGreater;
    default:
      return kGreater | kEqual;
  }
}

template <typename T>
bool Holds(int accepted, T a, T b) {
  const int relation = a < b ? kLess : a == b ? kEqual : a > b ? kGreater : kUnordered;
  return (accepted & relation) != 0;
}

// A loop for each op.
template <typename T>
void RunOp(const OpContext& context) {
  switch (context.code()) {
    case BuiltinOp::kEqual:
      return RunPairs<T, bool>(context, [](T a, T b) { return a == b; });
    case BuiltinOp::kNotEqual:
      return RunPairs<T, bool>(context, [](T a, T b) { return a != b; });
    case BuiltinOp::kLess:
      return RunPairs<T, bool>(context, [](T a, T b) { return a < b; });
    case BuiltinOp::kLessEqual:
      return RunPairs<T, bool>(context, [](T a, T b) { return a <= b; });
    case BuiltinOp::kGreater:
      return RunPairs<T, bool>(context, [](T a, T b) { return a > b; });
    default:
      return RunPairs<T, bool>(context, [](T a, T b) { return a >= b; });
  }
}

template <typename T>
void Run(const OpContext& context) {
  if constexpr (kHasRoomForLoops) return RunOp<T>(context);
  const int accepted = Accepted(context.code());
  RunPairs<T, bool>(context, [accepted](T a, T b) { return Holds(accepted, a, b); });
}

// Any byte but 0 is true.
void RunBool(const OpContext& context) {
  const int accepted = Accepted(context.code());
  RunPairs<uint8_t, bool>(
      context, [accepted](uint8_t a, uint8_t b) { return Holds(accepted, a != 0, b != 0); });
}

template <typename T>
void RunQuantized(const OpContext& context) {
  constexpr int kOne = 1 << 8;  // more bits than the values have
  const QuantizedData data = context.data<QuantizedData>();
  const int32_t a_zero = context.input(0).zero_point(), b_zero = context.input(1).zero_point();
  const int accepted = Accepted(context.code());
  RunPairs<T, bool>(context, [=](T a, T b) {
    return Holds(accepted, MultiplyByRequant((a - a_zero) * kOne, data.a),
                 MultiplyByRequant((b - b_zero) * kOne, data.b));
  });
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Run<float>(context);
      break;
    case TensorType::kBool:
      RunBool(context);
      break;
    case TensorType::kInt8:
      RunQuantized<int8_t>(context);
      break;
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context);
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

const OpRegistration kEqualOp = {
    .code = BuiltinOp::kEqual,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kNotEqualOp = {
    .code = BuiltinOp::kNotEqual,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kLessOp = {
    .code = BuiltinOp::kLess,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kLessEqualOp = {
    .code = BuiltinOp::kLessEqual,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kGreaterOp = {
    .code = BuiltinOp::kGreater,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kGreaterEqualOp = {
    .code = BuiltinOp::kGreaterEqual,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
