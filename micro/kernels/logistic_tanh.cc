#include "micro/kernels/logistic_tanh.h"

#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/fixed_point.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/float_activation.h"
#include "micro/kernels/loops/wide_activation.h"

namespace millrace::micro {
namespace {

bool IsLogistic(const OpContext& context) { return context.code() == BuiltinOp::kLogistic; }

// ---- Bytes: four bits before the point are as much as either function can tell from infinity ----

constexpr int kIntegerBits = 4;

struct ByteData {
  ByteTable table;
  Requant to_fixed;
};

// The output's zero point stands for -128 of the int8 that the formula makes.
Status PrepareBytes(const OpContext& context) {
  const TensorView output = context.output();
  const bool logistic = IsLogistic(context);
  const int32_t zero = (logistic ? -128 : 0) + (output.type() == TensorType::kUInt8 ? 128 : 0);
  MR_ENSURE(context, output.scale() == 1.0f / (logistic ? 256 : 128) && output.zero_point() == zero,
            Status::kInvalidQuantization, "the output has not the scale and zero point of the op");
  ByteData* data;
  MR_TRY(context.NewData(&data));
  constexpr float kOne = 1 << (31 - kIntegerBits);
  MR_ENSURE(context, RequantOf(context.input(0).scale(), kOne, 1.0f, &data->to_fixed),
            Status::kInvalidQuantization, "the input's scale does not fit");
  return data->table.Prepare(context);
}

// The value where it is less than 15, else the largest of that sign.
int32_t ToFixed(int32_t steps, Requant factor) {
  const int64_t limit = int64_t{15} << (31 - kIntegerBits);
  const int64_t magnitude = steps < 0 ? -int64_t{steps} : steps;
  const bool fits = factor.shift <= 0 || magnitude <= limit >> factor.shift;
  if (!fits) return steps < 0 ? -INT32_MAX : INT32_MAX;
  return MultiplyByRequant(steps, factor);
}

// In steps of 1/256, and of 1/128.
int32_t LogisticSteps(int32_t fixed) {
  return RoundingShiftRight(LogisticFixed(fixed, kIntegerBits), 23);
}
int32_t TanhSteps(int32_t fixed) { return RoundingShiftRight(TanhFixed(fixed, kIntegerBits), 24); }

template <typename T>
void RunBytes(const OpContext& context, int32_t low, int32_t high) {
  const ByteData& data = context.data<ByteData>();
  const Requant to_fixed = data.to_fixed;
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  const bool logistic = IsLogistic(context);
  data.table.Run<T>(context, [=](T x) {
    const int32_t fixed = ToFixed(x - in_zero, to_fixed);
    const int32_t steps = logistic ? LogisticSteps(fixed) : TanhSteps(fixed);
    return static_cast<T>(Clamp(steps + out_zero, low, high));
  });
}

// ---- int16 ----

Status PrepareInt16(const OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context,
            output.scale() == 1.0f / 32768 && input.zero_point() == 0 && output.zero_point() == 0,
            Status::kInvalidQuantization, "the output has not the scale and zero point of the op");
  MR_ENSURE(context, input.scale() > 0.0f && input.scale() < 2.0f, Status::kInvalidQuantization,
            "the input's scale does not fit");
  WideFactor* data;
  MR_TRY(context.NewData(&data));
  float factor = input.scale() * (3 * 4096.0f);
  for (; factor <= 32767 / 2.0f && data->shift <= 30; ++data->shift) factor *= 2.0f;
  data->multiplier = static_cast<int16_t>(factor);
  return Status::kOk;
}

void RunInt16(const OpContext& context) {
  const WideFactor factor = context.data<WideFactor>();
  const auto* input = context.input_data<int16_t>(0);
  const int32_t count = context.output().elements();
  auto* output = context.output_data<int16_t>();
  if (IsLogistic(context)) {
    LogisticLoop(factor, input, count, output);
  } else {
    TanhLoop(factor, input, count, output);
  }
}

void RunFloat(const OpContext& context) {
  const auto* input = context.input_data<float>(0);
  const int32_t count = context.output().elements();
  auto* output = context.output_data<float>();
  if (IsLogistic(context)) {
    LogisticLoop(input, count, output);
  } else {
    TanhLoop(input, count, output);
  }
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckElementsOfOneType(context));
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kUInt8:
      return PrepareBytes(context);
    case TensorType::kInt16:
      return PrepareInt16(context);
    default:
      return NoKernelForType(context);
  }
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunBytes<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kUInt8:
      RunBytes<uint8_t>(context, 0, UINT8_MAX);
      break;
    case TensorType::kInt16:
      RunInt16(context);
      break;
    default:
      RunFloat(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kLogisticOp = {
    .code = BuiltinOp::kLogistic,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kTanhOp = {
    .code = BuiltinOp::kTanh,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
