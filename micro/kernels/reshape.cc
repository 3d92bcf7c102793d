#include "micro/kernels/reshape.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, input.elements() == output.elements(), Status::kInvalidShape,
            "the output has not as many elements as the input");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  if (input.raw() != output.raw() && input.bytes() > 0) {
    __builtin_memcpy(output.raw(), input.raw(), input.bytes());
  }
  return Status::kOk;
}

constexpr OpRegistration Registration(BuiltinOp code, uint8_t min_inputs, uint8_t max_inputs) {
  return {
      .code = code,
      .max_version = 2,
      .min_inputs = min_inputs,
      .max_inputs = max_inputs,
      .flags = kMayRunInPlace,
      .prepare = Prepare,
      .invoke = Invoke,
  };
}

}  // namespace

const OpRegistration kReshapeOp = Registration(BuiltinOp::kReshape, 1, 2);
const OpRegistration kSqueezeOp = Registration(BuiltinOp::kSqueeze, 1, 1);
const OpRegistration kExpandDimsOp = Registration(BuiltinOp::kExpandDims, 2, 2);

}  // namespace millrace::micro
