#include "micro/kernels/elu.h"

#include <cmath>

#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/loops/float_activation.h"

namespace millrace::micro {
namespace {

float Elu(float x) { return x < 0.0f ? std::expm1(x) : x; }

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_TRY(CheckElementsOfOneType(context));
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
  if (context.input(0).type() == TensorType::kFloat32) {
    EluLoop(context.input_data<float>(0), context.output().elements(),
            context.output_data<float>());
  } else {
    context.data<ByteTable>().RunReal<int8_t>(context, INT8_MIN, INT8_MAX,
                                              [](float x) { return Elu(x); });
  }
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
