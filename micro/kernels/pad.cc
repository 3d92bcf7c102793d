#include "micro/kernels/pad.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kPaddings, kValue };

// The copy, and the element of the output where it begins.
Status MakeCopy(const OpContext& context, StridedCopy* copy, int32_t* to) {
  const Shape inside = context.input(kInput).shape(), whole = context.output().shape();
  const TensorView paddings = context.input(kPaddings);
  const Strides pitch(inside), out_pitch(whole);
  *to = 0;
  for (int d = 0; d < inside.rank; ++d) {
    const int64_t before = IndexAt(paddings, 2 * d), after = IndexAt(paddings, 2 * d + 1);
    MR_ENSURE(context, before >= 0 && after >= 0, Status::kInvalidShape, "a padding is negative");
    MR_ENSURE(context, before <= whole[d] && after == whole[d] - before - inside[d],
              Status::kInvalidShape, "the output is not the input with the paddings");
    copy->Add(inside[d], pitch[d], out_pitch[d]);
    *to += static_cast<int32_t>(before) * out_pitch[d];
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView paddings = context.input(kPaddings), value = context.optional_input(kValue);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) >= 8,
            Status::kUnsupportedType, "input and output are not of one type of whole bytes");
  MR_ENSURE(context, IsIndexType(paddings.type()), Status::kUnsupportedType,
            "the paddings are not integers");
  MR_ENSURE(context, paddings.elements() == 2 * input.rank() && output.rank() == input.rank(),
            Status::kInvalidShape, "paddings and output do not fit the input's dimensions");
  MR_ENSURE(context, !value.present() || (value.type() == input.type() && value.elements() == 1),
            Status::kInvalidShape, "the value is not one element of the input's type");
  if (!IsConstant(paddings)) return Status::kOk;
  StridedCopy copy;
  int32_t to;
  return MakeCopy(context, &copy, &to);
}

Status Invoke(OpContext& context) {
  StridedCopy copy;
  int32_t to;
  MR_TRY(MakeCopy(context, &copy, &to));
  const TensorView input = context.input(kInput), output = context.output();
  if (context.has_input(kValue)) {
    FillElements(output.type(), context.input(kValue).raw(), output.raw(), output.elements());
  } else {
    FillWithZero(output);
  }
  copy.Run(input.type(), input.raw(), 0, output.raw(), to);
  return Status::kOk;
}

}  // namespace

const OpRegistration kPadOp = {
    .code = BuiltinOp::kPad,
    .max_version = 6,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

const OpRegistration kPadV2Op = {
    .code = BuiltinOp::kPadV2,
    .max_version = 6,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
