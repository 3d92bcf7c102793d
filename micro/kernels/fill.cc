#include "micro/kernels/fill.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kDims, kValue };

Status CheckDims(const OpContext& context) {
  const TensorView dims = context.input(kDims);
  const Shape shape = context.output().shape();
  for (int d = 0; d < shape.rank; ++d) {
    MR_ENSURE(context, IndexAt(dims, d) == shape[d], Status::kInvalidShape,
              "the output has not the dimensions that are asked for");
  }
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView dims = context.input(kDims), value = context.input(kValue);
  const TensorView output = context.output();
  MR_ENSURE(context, value.type() == output.type() && BitsOf(value.type()) > 0,
            Status::kUnsupportedType, "value and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(dims.type()), Status::kUnsupportedType,
            "the dimensions are not integers");
  MR_ENSURE(context, value.elements() == 1, Status::kInvalidShape, "the value is not one element");
  MR_ENSURE(context, dims.elements() == output.rank(), Status::kInvalidShape,
            "the output has not as many dimensions as are asked for");
  return IsConstant(dims) ? CheckDims(context) : Status::kOk;
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckDims(context));
  const TensorView output = context.output();
  FillElements(output.type(), context.input(kValue).raw(), output.raw(), output.elements());
  return Status::kOk;
}

}  // namespace

const OpRegistration kFillOp = {
    .code = BuiltinOp::kFill,
    .max_version = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
