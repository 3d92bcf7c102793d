#include "micro/kernels/sparse_to_dense.h"

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kIndices, kShape, kValues, kDefault };

Status CheckShape(const OpContext& context) {
  const TensorView asked = context.input(kShape);
  const Shape out = context.output().shape();
  for (int d = 0; d < out.rank; ++d) {
    MR_ENSURE(context, IndexAt(asked, d) == out[d], Status::kInvalidShape,
              "the output has not the shape that is asked for");
  }
  return Status::kOk;
}

bool IsPlace(TensorType type) { return type == TensorType::kInt32 || type == TensorType::kInt64; }

Status Prepare(OpContext& context) {
  const TensorView indices = context.input(kIndices), shape = context.input(kShape);
  const TensorView values = context.input(kValues), output = context.output();
  const TensorType type = output.type();
  const bool known = type == TensorType::kFloat32 || type == TensorType::kInt32 ||
                     type == TensorType::kInt64 || type == TensorType::kInt8 ||
                     type == TensorType::kUInt8;
  if (!known || values.type() != type || context.input(kDefault).type() != type ||
      !IsPlace(indices.type()) || !IsPlace(shape.type())) {
    return NoKernelForType(context);
  }
  const Shape places = indices.shape();
  const int rank = output.rank();
  MR_ENSURE(context, shape.elements() == rank && rank >= 1, Status::kInvalidShape,
            "the output has not as many dimensions as are asked for");
  MR_ENSURE(context, places.rank <= 2 && (places.rank == 2 ? places[1] : 1) == rank,
            Status::kInvalidShape, "the indices have not one number for each dimension");
  const int32_t count = places.rank == 0 ? 1 : places[0];
  MR_ENSURE(context,
            context.input(kDefault).elements() == 1 &&
                (values.elements() == 1 || values.elements() == count),
            Status::kInvalidShape, "there is not one default, and one value or one for each index");
  return IsConstant(shape) ? CheckShape(context) : Status::kOk;
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckShape(context));
  const TensorView indices = context.input(kIndices), values = context.input(kValues);
  const TensorView output = context.output();
  const Shape out = output.shape();
  const Strides pitch(out);
  FillElements(output.type(), context.input(kDefault).raw(), output.raw(), output.elements());
  const int32_t count = indices.elements() / out.rank;
  const int32_t step = values.rank() == 0 || values.elements() == 1 ? 0 : 1;
  StridedCopy one;
  for (int32_t i = 0; i < count; ++i) {
    int32_t at = 0;
    for (int d = 0; d < out.rank; ++d) {
      const int64_t index = IndexAt(indices, i * out.rank + d);
      MR_ENSURE(context, index >= 0 && index < out[d], Status::kInvokeFailed,
                "an index lies outside of the output");
      at += static_cast<int32_t>(index) * pitch[d];
    }
    one.Run(output.type(), values.raw(), i * step, output.raw(), at);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSparseToDenseOp = {
    .code = BuiltinOp::kSparseToDense,
    .max_version = 3,
    .min_inputs = 4,
    .max_inputs = 4,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
