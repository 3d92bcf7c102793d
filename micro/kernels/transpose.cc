#include "micro/kernels/transpose.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kPerm };

Status MakeCopy(const OpContext& context, StridedCopy* copy) {
  const Shape from = context.input(kInput).shape(), to = context.output().shape();
  const TensorView perm = context.input(kPerm);
  const Strides pitch(from), out_pitch(to);
  uint32_t seen = 0;
  for (int d = 0; d < to.rank; ++d) {
    const int source = ResolveAxis(IndexAt(perm, d), from.rank);
    MR_ENSURE(context, source >= 0 && (seen >> source & 1) == 0, Status::kInvalidShape,
              "perm is no permutation of the input's dimensions");
    seen |= 1u << source;
    MR_ENSURE(context, to[d] == from[source], Status::kInvalidShape,
              "the output has not the dimensions that perm asks for");
    copy->Add(to[d], pitch[source], out_pitch[d]);
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), output = context.output();
  const TensorView perm = context.input(kPerm);
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(perm.type()), Status::kUnsupportedType, "perm is not of integers");
  MR_ENSURE(context, perm.elements() == input.rank() && output.rank() == input.rank(),
            Status::kInvalidShape, "perm and output do not fit the input's dimensions");
  StridedCopy copy;
  return IsConstant(perm) ? MakeCopy(context, &copy) : Status::kOk;
}

Status Invoke(OpContext& context) {
  StridedCopy copy;
  MR_TRY(MakeCopy(context, &copy));
  const TensorView input = context.input(kInput);
  copy.Run(input.type(), input.raw(), 0, context.output().raw(), 0);
  return Status::kOk;
}

}  // namespace

const OpRegistration kTransposeOp = {
    .code = BuiltinOp::kTranspose,
    .max_version = 8,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
