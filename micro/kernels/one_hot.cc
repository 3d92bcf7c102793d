#include "micro/kernels/one_hot.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kIndices, kDepth, kOn, kOff };

bool IsOneHotIndex(TensorType type) { return IsIndexType(type) || type == TensorType::kUInt8; }

// Of the output.
int AxisOf(const OpContext& context) {
  return ResolveAxis(context.options().Int32(OneHotOptions::kAxis), context.output().rank());
}

Status CheckDepth(const OpContext& context) {
  MR_ENSURE(context, IndexAt(context.input(kDepth), 0) == context.output().dim(AxisOf(context)),
            Status::kInvalidShape, "the output has not depth elements along the axis");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView indices = context.input(kIndices), depth = context.input(kDepth);
  const TensorView on = context.input(kOn), off = context.input(kOff), output = context.output();
  const TensorType type = output.type();
  MR_ENSURE(context, IsOneHotIndex(indices.type()) && IsIndexType(depth.type()),
            Status::kUnsupportedType, "indices or depth are not integers");
  MR_ENSURE(context, on.type() == type && off.type() == type && BitsOf(type) >= 8,
            Status::kUnsupportedType, "the values are not of the output's type of whole bytes");
  MR_ENSURE(context, depth.elements() == 1 && on.elements() == 1 && off.elements() == 1,
            Status::kInvalidShape, "depth or a value is not one element");
  const Shape in = indices.shape(), out = output.shape();
  const int axis = AxisOf(context);
  bool fits = axis >= 0 && out.rank == in.rank + 1;
  for (int d = 0; fits && d < in.rank; ++d) fits = in[d] == out[d < axis ? d : d + 1];
  MR_ENSURE(context, fits, Status::kInvalidShape,
            "the output has not the indices' shape with one more dimension at the axis");
  return IsConstant(depth) ? CheckDepth(context) : Status::kOk;
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckDepth(context));
  const TensorView indices = context.input(kIndices), output = context.output();
  const Shape shape = output.shape();
  const int axis = AxisOf(context);
  const int32_t depth = shape[axis], inner = shape.Product(axis + 1, shape.rank);
  FillElements(output.type(), context.input(kOff).raw(), output.raw(), output.elements());
  StridedCopy one;
  const int32_t count = indices.elements();
  for (int32_t i = 0; i < count; ++i) {
    const int64_t index =
        indices.type() == TensorType::kUInt8 ? indices.data<uint8_t>()[i] : IndexAt(indices, i);
    if (index < 0 || index >= depth) continue;
    const int32_t at = (i / inner * depth + static_cast<int32_t>(index)) * inner + i % inner;
    one.Run(output.type(), context.input(kOn).raw(), 0, output.raw(), at);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kOneHotOp = {
    .code = BuiltinOp::kOneHot,
    .max_version = 1,
    .min_inputs = 4,
    .max_inputs = 4,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
