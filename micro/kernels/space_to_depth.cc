#include "micro/kernels/space_to_depth.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Dimensions { kBatch, kHeight, kWidth, kDepth };

// `wide`: the side with more pixels; `deep`: the one with more channels.
Status Check(const OpContext& context, const TensorView& wide, const TensorView& deep,
             int32_t block) {
  MR_ENSURE(context, wide.type() == deep.type() && BitsOf(wide.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, wide.rank() == 4 && deep.rank() == 4, Status::kInvalidShape,
            "input and output have not four dimensions");
  MR_ENSURE(context, block >= 1 && block <= 32768, Status::kInvalidShape,
            "the block size is not positive, or too large");
  const Shape w = wide.shape(), d = deep.shape();
  MR_ENSURE(context,
            w[kBatch] == d[kBatch] && w[kHeight] == int64_t{d[kHeight]} * block &&
                w[kWidth] == int64_t{d[kWidth]} * block &&
                d[kDepth] == int64_t{w[kDepth]} * (int64_t{block} * block),
            Status::kInvalidShape, "the output is not the input in blocks of that size");
  return Status::kOk;
}

Status PrepareSpaceToDepth(OpContext& context) {
  return Check(context, context.input(0), context.output(),
               context.options().Int32(SpaceToDepthOptions::kBlockSize));
}

Status PrepareDepthToSpace(OpContext& context) {
  return Check(context, context.output(), context.input(0),
               context.options().Int32(DepthToSpaceOptions::kBlockSize));
}

Status InvokeSpaceToDepth(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const Shape to = output.shape();
  const int32_t block = context.options().Int32(SpaceToDepthOptions::kBlockSize);
  const Strides pitch(input.shape()), out_pitch(to);
  const int32_t depth = input.dim(kDepth);
  StridedCopy copy;
  copy.Add(to[kBatch], pitch[kBatch], out_pitch[kBatch]);
  copy.Add(to[kHeight], int64_t{block} * pitch[kHeight], out_pitch[kHeight]);
  copy.Add(to[kWidth], int64_t{block} * pitch[kWidth], out_pitch[kWidth]);
  copy.Add(block, pitch[kHeight], int64_t{block} * depth);
  copy.Add(block, pitch[kWidth], depth);
  copy.Add(depth, 1, 1);
  copy.Run(input.type(), input.raw(), 0, output.raw(), 0);
  return Status::kOk;
}

Status InvokeDepthToSpace(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const Shape from = input.shape();
  const int32_t block = context.options().Int32(DepthToSpaceOptions::kBlockSize);
  const Strides pitch(from), out_pitch(output.shape());
  const int32_t depth = output.dim(kDepth);
  StridedCopy copy;
  copy.Add(from[kBatch], pitch[kBatch], out_pitch[kBatch]);
  copy.Add(from[kHeight], pitch[kHeight], int64_t{block} * out_pitch[kHeight]);
  copy.Add(block, int64_t{block} * depth, out_pitch[kHeight]);
  copy.Add(from[kWidth], pitch[kWidth], int64_t{block} * out_pitch[kWidth]);
  copy.Add(block, depth, out_pitch[kWidth]);
  copy.Add(depth, 1, 1);
  copy.Run(input.type(), input.raw(), 0, output.raw(), 0);
  return Status::kOk;
}

}  // namespace

const OpRegistration kSpaceToDepthOp = {
    .code = BuiltinOp::kSpaceToDepth,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareSpaceToDepth,
    .invoke = InvokeSpaceToDepth,
};

const OpRegistration kDepthToSpaceOp = {
    .code = BuiltinOp::kDepthToSpace,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareDepthToSpace,
    .invoke = InvokeDepthToSpace,
};

}  // namespace millrace::micro
