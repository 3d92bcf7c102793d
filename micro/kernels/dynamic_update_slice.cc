#include "micro/kernels/dynamic_update_slice.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kOperand, kUpdate, kStart };

Status Prepare(OpContext& context) {
  const TensorView operand = context.input(kOperand), update = context.input(kUpdate);
  const TensorView start = context.input(kStart), output = context.output();
  MR_ENSURE(context,
            operand.type() == output.type() && update.type() == output.type() &&
                BitsOf(output.type()) > 0,
            Status::kUnsupportedType, "operand, update and output are not of one type");
  MR_ENSURE(context, IsIndexType(start.type()), Status::kUnsupportedType,
            "the start is not of integers");
  const Shape whole = operand.shape(), part = update.shape();
  MR_ENSURE(context, whole == output.shape(), Status::kInvalidShape,
            "the output has not the operand's shape");
  bool fits = part.rank == whole.rank && start.elements() == whole.rank;
  for (int d = 0; fits && d < whole.rank; ++d) fits = part[d] <= whole[d];
  MR_ENSURE(context, fits, Status::kInvalidShape, "update or start do not fit the operand");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const TensorView operand = context.input(kOperand), update = context.input(kUpdate);
  const TensorView start = context.input(kStart), output = context.output();
  const Shape whole = operand.shape(), part = update.shape();
  const Strides out_pitch(whole), pitch(part);
  StridedCopy copy;
  int32_t to = 0;
  for (int d = 0; d < whole.rank; ++d) {
    const int64_t asked = IndexAt(start, d), last = whole[d] - part[d];
    to += static_cast<int32_t>(asked < 0 ? 0 : asked > last ? last : asked) * out_pitch[d];
    copy.Add(part[d], pitch[d], out_pitch[d]);
  }
  // From here on the output, which may lie where one of the inputs lies, is written.
  if (part == whole) {
    if (update.raw() != output.raw()) copy.Run(output.type(), update.raw(), 0, output.raw(), 0);
    return Status::kOk;
  }
  if (operand.raw() != output.raw() && output.bytes() > 0) {
    __builtin_memcpy(output.raw(), operand.raw(), output.bytes());
  }
  copy.Run(output.type(), update.raw(), 0, output.raw(), to);
  return Status::kOk;
}

}  // namespace

const OpRegistration kDynamicUpdateSliceOp = {
    .code = BuiltinOp::kDynamicUpdateSlice,
    .max_version = 6,
    .min_inputs = 3,
    .max_inputs = 3,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
