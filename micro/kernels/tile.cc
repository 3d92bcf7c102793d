#include "micro/kernels/tile.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kCounts };

Status CheckTypes(const OpContext& context) {
  const TensorView input = context.input(kInput);
  MR_ENSURE(context, input.type() == context.output().type() && BitsOf(input.type()) > 0,
            Status::kUnsupportedType, "input and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(context.input(kCounts).type()), Status::kUnsupportedType,
            "the second input is not of integers");
  return Status::kOk;
}

Status MakeTile(const OpContext& context, StridedCopy* copy) {
  const Shape from = context.input(kInput).shape(), to = context.output().shape();
  const TensorView multiples = context.input(kCounts);
  const Strides pitch(from), out_pitch(to);
  for (int d = 0; d < to.rank; ++d) {
    const int64_t times = IndexAt(multiples, d);
    MR_ENSURE(context, times >= 0 && times <= INT32_MAX && times * from[d] == to[d],
              Status::kInvalidShape, "the output is not so many times the input");
    // Along an empty dimension any number of times is nothing.
    copy->Add(from[d] == 0 ? 0 : static_cast<int32_t>(times), 0, int64_t{from[d]} * out_pitch[d]);
    copy->Add(from[d], pitch[d], out_pitch[d]);
  }
  return Status::kOk;
}

Status MakeBroadcast(const OpContext& context, StridedCopy* copy) {
  const Shape from = context.input(kInput).shape(), to = context.output().shape();
  const TensorView shape = context.input(kCounts);
  const Strides pitch(from), out_pitch(to);
  const int added = to.rank - from.rank;
  for (int d = 0; d < to.rank; ++d) {
    MR_ENSURE(context, IndexAt(shape, d) == to[d], Status::kInvalidShape,
              "the output has not the shape that is asked for");
    const int32_t size = d < added ? 1 : from[d - added];
    MR_ENSURE(context, size == 1 || size == to[d], Status::kInvalidShape,
              "the input does not broadcast to the output");
    copy->Add(to[d], size == 1 ? 0 : pitch[d - added], out_pitch[d]);
  }
  return Status::kOk;
}

template <Status (*kMake)(const OpContext&, StridedCopy*)>
Status PrepareCopy(const OpContext& context) {
  StridedCopy copy;
  return IsConstant(context.input(kCounts)) ? kMake(context, &copy) : Status::kOk;
}

template <Status (*kMake)(const OpContext&, StridedCopy*)>
Status Invoke(OpContext& context) {
  StridedCopy copy;
  MR_TRY(kMake(context, &copy));
  const TensorView input = context.input(kInput);
  copy.Run(input.type(), input.raw(), 0, context.output().raw(), 0);
  return Status::kOk;
}

Status PrepareTile(OpContext& context) {
  MR_TRY(CheckTypes(context));
  const int rank = context.input(kInput).rank();
  MR_ENSURE(context, context.input(kCounts).elements() == rank && context.output().rank() == rank,
            Status::kInvalidShape, "multiples and output do not fit the input's dimensions");
  return PrepareCopy<MakeTile>(context);
}

Status PrepareBroadcastTo(OpContext& context) {
  MR_TRY(CheckTypes(context));
  const int rank = context.output().rank();
  MR_ENSURE(context,
            context.input(kCounts).elements() == rank && context.input(kInput).rank() <= rank,
            Status::kInvalidShape, "input and shape do not fit the output's dimensions");
  return PrepareCopy<MakeBroadcast>(context);
}

}  // namespace

const OpRegistration kTileOp = {
    .code = BuiltinOp::kTile,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareTile,
    .invoke = Invoke<MakeTile>,
};

const OpRegistration kBroadcastToOp = {
    .code = BuiltinOp::kBroadcastTo,
    .max_version = 4,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareBroadcastTo,
    .invoke = Invoke<MakeBroadcast>,
};

}  // namespace millrace::micro
