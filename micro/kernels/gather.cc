#include "micro/kernels/gather.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

enum Inputs { kParams, kPositions };

// params [batch, outer, axis, inner], positions [batch, count], output [batch, outer, count,
// inner].
struct Plan {
  int32_t batch, outer, axis, inner, count;
};

Status MakePlan(const OpContext& context, Plan* plan) {
  const OptionsReader options = context.options();
  const Shape params = context.input(kParams).shape();
  const Shape positions = context.input(kPositions).shape();
  const int axis = ResolveAxis(options.Int32(GatherOptions::kAxis), params.rank);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the params");
  int64_t batch_dims = options.Int32(GatherOptions::kBatchDims);
  if (batch_dims < 0) batch_dims += positions.rank;
  MR_ENSURE(context, batch_dims >= 0 && batch_dims <= axis && batch_dims <= positions.rank,
            Status::kInvalidShape, "batch_dims is more than the axis or the positions' dimensions");
  const int batches = static_cast<int>(batch_dims);
  for (int d = 0; d < batches; ++d) {
    MR_ENSURE(context, params[d] == positions[d], Status::kInvalidShape,
              "params and positions have different batch dimensions");
  }
  *plan = {params.Product(0, batches), params.Product(batches, axis), params[axis],
           params.Product(axis + 1, params.rank), positions.Product(batches, positions.rank)};
  // The first factors are at most params' and positions' elements.
  const int64_t rows = int64_t{plan->batch} * plan->outer * plan->count;
  MR_ENSURE(context, rows <= INT32_MAX && rows * plan->inner == context.output().elements(),
            Status::kInvalidShape, "the output has not the elements that are gathered");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView params = context.input(kParams), output = context.output();
  MR_ENSURE(context, params.type() == output.type() && BitsOf(params.type()) > 0,
            Status::kUnsupportedType, "params and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(context.input(kPositions).type()), Status::kUnsupportedType,
            "the positions are not integers");
  Plan plan;
  return MakePlan(context, &plan);
}

Status Invoke(OpContext& context) {
  Plan p;
  MR_TRY(MakePlan(context, &p));
  const TensorView params = context.input(kParams), positions = context.input(kPositions);
  const TensorView output = context.output();
  if (output.elements() == 0) return Status::kOk;
  StridedCopy copy;
  copy.Add(p.outer, int64_t{p.axis} * p.inner, int64_t{p.count} * p.inner);
  copy.Add(p.inner, 1, 1);
  for (int32_t b = 0; b < p.batch; ++b) {
    const int32_t from = b * p.outer * p.axis * p.inner;
    const int32_t to = b * p.outer * p.count * p.inner;
    for (int32_t i = 0; i < p.count; ++i) {
      const int64_t position = IndexAt(positions, b * p.count + i);
      MR_ENSURE(context, position >= 0 && position < p.axis, Status::kInvokeFailed,
                "a position lies outside of the params");
      copy.Run(params.type(), params.raw(), from + static_cast<int32_t>(position) * p.inner,
               output.raw(), to + i * p.inner);
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kGatherOp = {
    .code = BuiltinOp::kGather,
    .max_version = 8,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
