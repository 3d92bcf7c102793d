#include "micro/kernels/exp_log.h"

#include <cmath>

#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/common/word_table.h"

namespace millrace::micro {
namespace {

union Data {
  ByteTable bytes;
  WordTable words;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const TensorType type = input.type();
  if (type != output.type()) return NoKernelForType(context);
  MR_TRY(CheckElements(context));
  if (type == TensorType::kFloat32) return Status::kOk;
  if (type != TensorType::kInt8 && type != TensorType::kInt16) return NoKernelForType(context);
  MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f, Status::kInvalidQuantization,
            "a scale is not positive");
  Data* data;
  MR_TRY(context.NewData(&data));
  if (type == TensorType::kInt8) return data->bytes.Prepare(context);
  MR_ENSURE(context, input.zero_point() == 0 && output.zero_point() == 0,
            Status::kInvalidQuantization, "a zero point of int16 is not 0");
  return data->words.Prepare(context);
}

// fn: of real numbers.
template <typename Fn>
Status Run(const OpContext& context, const Fn& fn) {
  const TensorView input = context.input(0), output = context.output();
  if (input.type() == TensorType::kFloat32) {
    RunElements<float, float>(context, fn);
  } else if (input.type() == TensorType::kInt16) {
    context.data<Data>().words.Run(context, fn);
  } else {
    const float scale = input.scale(), steps_of_one = 1.0f / output.scale();
    const int32_t in_zero = input.zero_point(), out_zero = output.zero_point();
    context.data<Data>().bytes.Run<int8_t>(context, [=](int8_t x) {
      const float real = scale * static_cast<float>(x - in_zero);
      return static_cast<int8_t>(Clamp(RoundToInt(fn(real) * steps_of_one) + out_zero, -128, 127));
    });
  }
  return Status::kOk;
}

Status InvokeExp(OpContext& context) {
  return Run(context, [](float x) { return std::exp(x); });
}

Status InvokeLog(OpContext& context) {
  const TensorView output = context.output();
  if (output.type() == TensorType::kFloat32) {
    return Run(context, [](float x) { return std::log(x); });
  }
  const int32_t lowest = output.type() == TensorType::kInt8 ? -128 : -32768;
  const float floor = output.scale() * static_cast<float>(lowest - output.zero_point());
  return Run(context, [floor](float x) {
    const float log = x > 0.0f ? std::log(x) : floor;
    return log > floor ? log : floor;
  });
}

}  // namespace

const OpRegistration kExpOp = {
    .code = BuiltinOp::kExp,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = InvokeExp,
};

const OpRegistration kLogOp = {
    .code = BuiltinOp::kLog,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = InvokeLog,
};

}  // namespace millrace::micro
