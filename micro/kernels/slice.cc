#include "micro/kernels/slice.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kBegin, kSize };

// The copy, and the element of the input where it begins.
Status MakeCopy(const OpContext& context, StridedCopy* copy, int32_t* from) {
  const Shape whole = context.input(kInput).shape(), part = context.output().shape();
  const TensorView begin = context.input(kBegin), size = context.input(kSize);
  const Strides pitch(whole), out_pitch(part);
  *from = 0;
  for (int d = 0; d < whole.rank; ++d) {
    const int64_t first = IndexAt(begin, d);
    int64_t count = IndexAt(size, d);
    MR_ENSURE(context, first >= 0 && first <= whole[d], Status::kInvalidShape,
              "the slice begins outside of the input");
    if (count == -1) count = whole[d] - first;
    MR_ENSURE(context, count >= 0 && count <= whole[d] - first, Status::kInvalidShape,
              "the slice ends outside of the input");
    MR_ENSURE(context, count == part[d], Status::kInvalidShape,
              "the output is not as large as the slice");
    copy->Add(part[d], pitch[d], out_pitch[d]);
    *from += static_cast<int32_t>(first) * pitch[d];
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView begin = context.input(kBegin), size = context.input(kSize);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(begin.type()) && IsIndexType(size.type()),
            Status::kUnsupportedType, "begin and size are not integers");
  MR_ENSURE(context,
            begin.elements() == input.rank() && size.elements() == input.rank() &&
                output.rank() == input.rank(),
            Status::kInvalidShape, "begin, size and output do not fit the input's dimensions");
  if (!IsConstant(begin) || !IsConstant(size)) return Status::kOk;
  StridedCopy copy;
  int32_t from;
  return MakeCopy(context, &copy, &from);
}

Status Invoke(OpContext& context) {
  StridedCopy copy;
  int32_t from;
  MR_TRY(MakeCopy(context, &copy, &from));
  const TensorView input = context.input(kInput);
  copy.Run(input.type(), input.raw(), from, context.output().raw(), 0);
  return Status::kOk;
}

}  // namespace

const OpRegistration kSliceOp = {
    .code = BuiltinOp::kSlice,
    .max_version = 8,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
