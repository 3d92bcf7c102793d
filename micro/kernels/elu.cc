#include "micro/kernels/elu.h"

#include <cmath>

#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

float Elu(float x) { return x < 0.0f ? std::expm1(x) : x; }

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  if (input.type() != output.type()) return NoKernelForType(context);
  MR_TRY(CheckElements(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8: {
      MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f,
                Status::kInvalidQuantization, "a scale is not positive");
      ByteTable* table;
      MR_TRY(context.NewData(&table));
      return table->Prepare(context);
    }
    default:
      return NoKernelForType(context);
  }
}

Status Invoke(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  if (input.type() == TensorType::kFloat32) {
    RunElements<float, float>(context, Elu);
    return Status::kOk;
  }
  const float in_scale = input.scale(), steps = 1.0f / output.scale();
  const int32_t in_zero = input.zero_point(), out_zero = output.zero_point();
  context.data<ByteTable>().Run<int8_t>(context, [=](int8_t x) {
    const float real = Elu(in_scale * static_cast<float>(x - in_zero));
    const int32_t result = RoundToInt(real * steps) + out_zero;
    return static_cast<int8_t>(Clamp(result, INT8_MIN, INT8_MAX));
  });
  return Status::kOk;
}

}  // namespace

const OpRegistration kEluOp = {
    .code = BuiltinOp::kElu,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
