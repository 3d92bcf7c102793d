#include "micro/kernels/split.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

Status CheckTypes(const OpContext& context, const TensorView& value) {
  MR_ENSURE(context, BitsOf(value.type()) > 0, Status::kUnsupportedType,
            "the value is of no type of fixed size");
  for (int i = 0; i < context.num_outputs(); ++i) {
    MR_ENSURE(context, context.output(i).type() == value.type(), Status::kUnsupportedType,
              "an output is not of the value's type");
  }
  return Status::kOk;
}

// Whether the outputs' shapes are the value's, cut along the axis.
Status CheckParts(const OpContext& context, const Shape& whole, int axis) {
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the value");
  int64_t along_axis = 0;
  for (int i = 0; i < context.num_outputs(); ++i) {
    const Shape part = context.output(i).shape();
    bool fits = part.rank == whole.rank;
    for (int d = 0; fits && d < whole.rank; ++d) fits = d == axis || part[d] == whole[d];
    MR_ENSURE(context, fits, Status::kInvalidShape,
              "an output differs from the value not only along the axis");
    along_axis += part[axis];
  }
  MR_ENSURE(context, along_axis == whole[axis], Status::kInvalidShape,
            "the outputs do not add up to the value along the axis");
  return Status::kOk;
}

// Gives the outputs, one after another, `parts` runs of consecutive elements each.
Status Cut(const OpContext& context, const TensorView& value, int32_t parts) {
  if (value.elements() == 0) return Status::kOk;
  const int32_t pitch = value.elements() / parts;
  int32_t from = 0;
  for (int i = 0; i < context.num_outputs(); ++i) {
    const TensorView output = context.output(i);
    const int32_t run = output.elements() / parts;
    StridedCopy copy;
    copy.Add(parts, pitch, run);
    copy.Add(run, 1, 1);
    copy.Run(value.type(), value.raw(), from, output.raw(), 0);
    from += run;
  }
  return Status::kOk;
}

// The axis that a tensor of one integer names.
Status ReadAxis(const OpContext& context, const TensorView& tensor, int rank, int* axis) {
  MR_ENSURE(context, IsIndexType(tensor.type()) && tensor.elements() == 1, Status::kInvalidShape,
            "the axis is not one integer");
  *axis = ResolveAxis(IndexAt(tensor, 0), rank);
  return Status::kOk;
}

enum SplitInputs { kSplitAxis, kSplitValue };

Status CheckSplit(const OpContext& context, int* axis) {
  const Shape whole = context.input(kSplitValue).shape();
  MR_TRY(ReadAxis(context, context.input(kSplitAxis), whole.rank, axis));
  MR_TRY(CheckParts(context, whole, *axis));
  for (int i = 1; i < context.num_outputs(); ++i) {
    MR_ENSURE(context, context.output(i).dim(*axis) == context.output(0).dim(*axis),
              Status::kInvalidShape, "the outputs are not of one size");
  }
  return Status::kOk;
}

Status PrepareSplit(OpContext& context) {
  MR_TRY(CheckTypes(context, context.input(kSplitValue)));
  int axis;
  return IsConstant(context.input(kSplitAxis)) ? CheckSplit(context, &axis) : Status::kOk;
}

Status InvokeSplit(OpContext& context) {
  int axis;
  MR_TRY(CheckSplit(context, &axis));
  const TensorView value = context.input(kSplitValue);
  return Cut(context, value, value.shape().Product(0, axis));
}

enum SplitVInputs { kValue, kSizes, kAxis };

Status CheckSplitV(const OpContext& context, int* axis) {
  const Shape whole = context.input(kValue).shape();
  MR_TRY(ReadAxis(context, context.input(kAxis), whole.rank, axis));
  MR_TRY(CheckParts(context, whole, *axis));
  // The outputs' shapes are what counts; the sizes must say the same.
  const TensorView sizes = context.input(kSizes);
  for (int i = 0; i < context.num_outputs(); ++i) {
    const int64_t size = IndexAt(sizes, i);
    MR_ENSURE(context, size == -1 || size == context.output(i).dim(*axis), Status::kInvalidShape,
              "an output has not the size that is asked for");
  }
  return Status::kOk;
}

Status PrepareSplitV(OpContext& context) {
  MR_TRY(CheckTypes(context, context.input(kValue)));
  const TensorView sizes = context.input(kSizes);
  MR_ENSURE(context, IsIndexType(sizes.type()) && sizes.elements() == context.num_outputs(),
            Status::kInvalidShape, "the sizes are not one integer for each output");
  int axis;
  return IsConstant(sizes) && IsConstant(context.input(kAxis)) ? CheckSplitV(context, &axis)
                                                               : Status::kOk;
}

Status InvokeSplitV(OpContext& context) {
  int axis;
  MR_TRY(CheckSplitV(context, &axis));
  const TensorView value = context.input(kValue);
  return Cut(context, value, value.shape().Product(0, axis));
}

int UnpackAxis(const OpContext& context) {
  return ResolveAxis(context.options().Int32(UnpackOptions::kAxis), context.input(0).rank());
}

Status PrepareUnpack(OpContext& context) {
  MR_TRY(CheckTypes(context, context.input(0)));
  const Shape whole = context.input(0).shape();
  const int axis = UnpackAxis(context);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the value");
  MR_ENSURE(context, whole[axis] == context.num_outputs(), Status::kInvalidShape,
            "there is not one output for each element along the axis");
  for (int i = 0; i < context.num_outputs(); ++i) {
    const Shape part = context.output(i).shape();
    bool fits = part.rank == whole.rank - 1;
    for (int d = 0; fits && d < part.rank; ++d) fits = part[d] == whole[d < axis ? d : d + 1];
    MR_ENSURE(context, fits, Status::kInvalidShape,
              "an output has not the value's shape without the axis");
  }
  return Status::kOk;
}

Status InvokeUnpack(OpContext& context) {
  const TensorView value = context.input(0);
  return Cut(context, value, value.shape().Product(0, UnpackAxis(context)));
}

}  // namespace

const OpRegistration kSplitOp = {
    .code = BuiltinOp::kSplit,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .max_outputs = 255,
    .prepare = PrepareSplit,
    .invoke = InvokeSplit,
};

const OpRegistration kSplitVOp = {
    .code = BuiltinOp::kSplitV,
    .max_version = 3,
    .min_inputs = 3,
    .max_inputs = 3,
    .max_outputs = 255,
    .prepare = PrepareSplitV,
    .invoke = InvokeSplitV,
};

const OpRegistration kUnpackOp = {
    .code = BuiltinOp::kUnpack,
    .max_version = 6,
    .min_inputs = 1,
    .max_inputs = 1,
    .max_outputs = 255,
    .prepare = PrepareUnpack,
    .invoke = InvokeUnpack,
};

}  // namespace millrace::micro
