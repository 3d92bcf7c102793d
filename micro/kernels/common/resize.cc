#include "micro/kernels/common/resize.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kSize };
enum Dimensions { kBatch, kHeight, kWidth, kDepth };

}  // namespace

Status CheckResizedSize(const OpContext& context) {
  const TensorView size = context.input(kSize), output = context.output();
  MR_ENSURE(context,
            IndexAt(size, 0) == output.dim(kHeight) && IndexAt(size, 1) == output.dim(kWidth),
            Status::kInvalidShape, "the output has not the size that is asked for");
  return Status::kOk;
}

Status CheckResize(const OpContext& context) {
  const TensorView input = context.input(kInput), size = context.input(kSize);
  const TensorView output = context.output();
  MR_ENSURE(context, size.type() == TensorType::kInt32 && size.elements() == 2,
            Status::kInvalidShape, "the size is not two int32");
  MR_ENSURE(context, input.rank() == 4 && output.rank() == 4, Status::kInvalidShape,
            "input and output have not four dimensions");
  MR_ENSURE(context,
            input.dim(kBatch) == output.dim(kBatch) && input.dim(kDepth) == output.dim(kDepth),
            Status::kInvalidShape, "input and output have different batches or depths");
  MR_ENSURE(context, input.elements() > 0 || output.elements() == 0, Status::kInvalidShape,
            "the input is empty");
  return IsConstant(size) ? CheckResizedSize(context) : Status::kOk;
}

}  // namespace millrace::micro
