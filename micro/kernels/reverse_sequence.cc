#include "micro/kernels/reverse_sequence.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kLengths };

struct Axes {
  explicit Axes(const OpContext& context)
      : sequence(context.options().Int32(ReverseSequenceOptions::kSeqDim)),
        batch(context.options().Int32(ReverseSequenceOptions::kBatchDim)) {}
  int32_t sequence;
  int32_t batch;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), lengths = context.input(kLengths);
  const TensorView output = context.output();
  MR_ENSURE(context, input.type() == output.type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, lengths.type() == TensorType::kInt32 || lengths.type() == TensorType::kInt64,
            Status::kUnsupportedType, "the lengths are neither int32 nor int64");
  MR_ENSURE(context, input.shape() == output.shape(), Status::kInvalidShape,
            "the output has not the input's shape");
  const Axes axes(context);
  const int rank = input.rank();
  MR_ENSURE(context,
            axes.sequence >= 0 && axes.sequence < rank && axes.batch >= 0 && axes.batch < rank &&
                axes.sequence != axes.batch,
            Status::kInvalidShape, "the two dimensions are not two of the input's");
  MR_ENSURE(context, lengths.rank() == 1 && lengths.dim(0) == input.dim(axes.batch),
            Status::kInvalidShape, "there is not one length an example");
  return Status::kOk;
}

// Copies elements first .. first + count - 1 along the sequence of one example.
void Copy(const OpContext& context, const Axes& axes, int32_t example, int32_t first, int32_t count,
          bool backwards) {
  const TensorView input = context.input(kInput), output = context.output();
  const Shape shape = input.shape();
  const Strides pitch(shape);
  const int32_t step = pitch[axes.sequence];
  StridedCopy copy;
  for (int d = 0; d < shape.rank; ++d) {
    if (d == axes.batch) continue;
    if (d == axes.sequence) {
      copy.Add(count, backwards ? -step : step, step);
    } else {
      copy.Add(shape[d], pitch[d], pitch[d]);
    }
  }
  const int32_t to = example * pitch[axes.batch] + first * step;
  copy.Run(input.type(), input.raw(), to + (backwards ? (count - 1) * step : 0), output.raw(), to);
}

Status Invoke(OpContext& context) {
  const Axes axes(context);
  const Shape shape = context.input(kInput).shape();
  const int32_t steps = shape[axes.sequence];
  for (int32_t b = 0; b < shape[axes.batch]; ++b) {
    const int64_t asked = IndexAt(context.input(kLengths), b);
    MR_ENSURE(context, asked >= 0 && asked <= steps, Status::kInvokeFailed,
              "a length is negative or longer than the sequence");
    const auto length = static_cast<int32_t>(asked);
    if (length > 0) Copy(context, axes, b, 0, length, true);
    if (length < steps) Copy(context, axes, b, length, steps - length, false);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kReverseSequenceOp = {
    .code = BuiltinOp::kReverseSequence,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
