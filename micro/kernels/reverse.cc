#include "micro/kernels/reverse.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kAxes };

// One bit a dimension.
Status ReadAxes(const OpContext& context, uint32_t* reversed) {
  const TensorView axes = context.input(kAxes);
  *reversed = 0;
  for (int32_t i = 0; i < axes.elements(); ++i) {
    const int axis = ResolveAxis(IndexAt(axes, i), context.output().rank());
    MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "an axis is no dimension of the input");
    MR_ENSURE(context, (*reversed >> axis & 1) == 0, Status::kInvalidShape,
              "an axis is named twice");
    *reversed |= 1u << axis;
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView axes = context.input(kAxes);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(axes.type()), Status::kUnsupportedType,
            "the axes are not integers");
  MR_ENSURE(context, input.shape() == output.shape(), Status::kInvalidShape,
            "the output has not the input's shape");
  uint32_t reversed;
  return IsConstant(axes) ? ReadAxes(context, &reversed) : Status::kOk;
}

Status Invoke(OpContext& context) {
  uint32_t reversed;
  MR_TRY(ReadAxes(context, &reversed));
  const TensorView input = context.input(kInput), output = context.output();
  const Shape shape = input.shape();
  const Strides pitch(shape);
  StridedCopy copy;
  int32_t from = 0;
  for (int d = 0; d < shape.rank; ++d) {
    const bool backwards = (reversed >> d & 1) != 0;
    if (backwards) from += (shape[d] - 1) * pitch[d];
    copy.Add(shape[d], backwards ? -pitch[d] : pitch[d], pitch[d]);
  }
  copy.Run(input.type(), input.raw(), from, output.raw(), 0);
  return Status::kOk;
}

}  // namespace

const OpRegistration kReverseV2Op = {
    .code = BuiltinOp::kReverseV2,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
