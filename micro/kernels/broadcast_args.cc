#include "micro/kernels/broadcast_args.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  const TensorView a = context.input(0), b = context.input(1), output = context.output();
  const TensorType type = output.type();
  MR_ENSURE(context,
            (type == TensorType::kInt32 || type == TensorType::kInt64) && a.type() == type &&
                b.type() == type,
            Status::kUnsupportedType, "shapes are not all int32 or all int64");
  MR_ENSURE(context, a.rank() == 1 && b.rank() == 1, Status::kInvalidShape,
            "a shape is not a vector");
  MR_ENSURE(context,
            output.elements() == (a.elements() > b.elements() ? a.elements() : b.elements()),
            Status::kInvalidShape, "the output is not as long as the longer shape");
  return Status::kOk;
}

// The i-th dimension from the end; 1 before the first.
int64_t FromEnd(const TensorView& shape, int32_t i) {
  const int32_t rank = shape.elements();
  return i < rank ? IndexAt(shape, rank - 1 - i) : 1;
}

Status Invoke(OpContext& context) {
  const TensorView a = context.input(0), b = context.input(1), output = context.output();
  const int32_t rank = output.elements();
  for (int32_t i = 0; i < rank; ++i) {
    const int64_t of_a = FromEnd(a, i), of_b = FromEnd(b, i);
    MR_ENSURE(context, of_a == of_b || of_a == 1 || of_b == 1, Status::kInvokeFailed,
              "the shapes do not broadcast to each other");
    const int64_t size = of_a == 1 ? of_b : of_a;
    if (output.type() == TensorType::kInt32) {
      output.data<int32_t>()[rank - 1 - i] = static_cast<int32_t>(size);
    } else {
      output.data<int64_t>()[rank - 1 - i] = size;
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kBroadcastArgsOp = {
    .code = BuiltinOp::kBroadcastArgs,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
