#include "micro/kernels/arg_min_max.h"

#include "micro/kernels/common/extremes.h"
#include "micro/kernels/common/independent.h"
#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kAxis };

// input [outer, axis, inner], output [outer, inner].
struct Plan {
  int32_t outer, axis, inner;
};

Status MakePlan(const OpContext& context, Plan* plan) {
  const Shape shape = context.input(kInput).shape();
  const int axis = ResolveAxis(IndexAt(context.input(kAxis), 0), shape.rank);
  MR_ENSURE(context, axis >= 0, Status::kInvalidShape, "the axis is no dimension of the input");
  *plan = {shape.Product(0, axis), shape[axis], shape.Product(axis + 1, shape.rank)};
  MR_ENSURE(context, int64_t{plan->outer} * plan->inner == context.output().elements(),
            Status::kInvalidShape, "the output has not the elements that remain");
  MR_ENSURE(context, plan->axis > 0 || context.output().elements() == 0, Status::kInvalidShape,
            "the axis is empty");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorType type = context.input(kInput).type(), out_type = context.output().type();
  const TensorView axis = context.input(kAxis);
  MR_ENSURE(context,
            type == TensorType::kFloat32 || type == TensorType::kInt8 ||
                type == TensorType::kUInt8 || type == TensorType::kInt16 ||
                type == TensorType::kInt32 || type == TensorType::kInt64 ||
                type == TensorType::kBool,
            Status::kUnsupportedType, "no kernel for the input's type");
  MR_ENSURE(context, out_type == TensorType::kInt32 || out_type == TensorType::kInt64,
            Status::kUnsupportedType, "the output is neither int32 nor int64");
  MR_ENSURE(context, IsIndexType(axis.type()) && axis.elements() == 1, Status::kInvalidShape,
            "the axis is not one integer");
  Plan plan;
  return IsConstant(axis) ? MakePlan(context, &plan) : Status::kOk;
}

// The first of neighbours that is the best of all; on hosts. A first element that is not a number
// stays the best, and equals none.
template <typename Extreme, typename T>
int32_t FindAmong(const T* in, int32_t count) {
  const T best = BestOf<Extreme>(in, count, in[0]);
  int32_t first = count;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t at = in[i] == best ? i : count;
    first = at < first ? at : first;
  }
  return first < count ? first : 0;
}

template <typename T>
int32_t Find(const T* in, int32_t count, int32_t stride, bool max) {
  if (kHasRoomForLoops && stride == 1) {
    return max ? FindAmong<Largest>(in, count) : FindAmong<Smallest>(in, count);
  }
  int32_t best = 0;
  T extreme = in[0];
  for (int32_t i = 1; i < count; ++i) {
    const T x = in[ptrdiff_t{i} * stride];
    if (max ? x > extreme : x < extreme) {
      extreme = x;
      best = i;
    }
  }
  return best;
}

template <typename T>
Status FindAll(const OpContext& context, const Plan& p, bool max) {
  const TensorView output = context.output();
  const T* in = context.input_data<T>(kInput);
  int32_t at = 0;
  for (int32_t outer = 0; outer < p.outer; ++outer, in += ptrdiff_t{p.axis} * p.inner) {
    for (int32_t i = 0; i < p.inner; ++i, ++at) {
      const int32_t best = Find(in + i, p.axis, p.inner, max);
      if (output.type() == TensorType::kInt32) {
        output.data<int32_t>()[at] = best;
      } else {
        output.data<int64_t>()[at] = best;
      }
    }
  }
  return Status::kOk;
}

Status Invoke(OpContext& context, bool max) {
  Plan plan;
  MR_TRY(MakePlan(context, &plan));
  if (context.output().elements() == 0) return Status::kOk;
  switch (context.input(kInput).type()) {
    case TensorType::kFloat32:
      return FindAll<float>(context, plan, max);
    case TensorType::kInt8:
      return FindAll<int8_t>(context, plan, max);
    case TensorType::kInt16:
      return FindAll<int16_t>(context, plan, max);
    case TensorType::kInt32:
      return FindAll<int32_t>(context, plan, max);
    case TensorType::kInt64:
      return FindAll<int64_t>(context, plan, max);
    default:
      return FindAll<uint8_t>(context, plan, max);
  }
}

Status InvokeMax(OpContext& context) { return Invoke(context, true); }
Status InvokeMin(OpContext& context) { return Invoke(context, false); }

}  // namespace

const OpRegistration kArgMaxOp = {
    .code = BuiltinOp::kArgMax,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = InvokeMax,
};

const OpRegistration kArgMinOp = {
    .code = BuiltinOp::kArgMin,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = Prepare,
    .invoke = InvokeMin,
};

}  // namespace millrace::micro
