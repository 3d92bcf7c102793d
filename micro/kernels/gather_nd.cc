#include "micro/kernels/gather_nd.h"

#include "micro/kernels/common/indices.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

// Indices [count, depth] into the first dimensions of `whole`; each names a slice of as many
// elements.
struct Plan {
  int depth;
  int32_t count;
  int32_t slice;
};

// `whole`: the tensor that is indexed; `parts`: the one that holds the slices.
Status MakePlan(const OpContext& context, const Shape& indices, const Shape& whole,
                const Shape& parts, Plan* plan) {
  MR_ENSURE(context, indices.rank >= 1 && indices.last() >= 0 && indices.last() <= whole.rank,
            Status::kInvalidShape, "the indices do not fit the tensor's dimensions");
  plan->depth = indices.last();
  plan->count = indices.Product(0, indices.rank - 1);
  plan->slice = whole.Product(plan->depth, whole.rank);
  MR_ENSURE(context, int64_t{plan->count} * plan->slice == parts.elements(), Status::kInvalidShape,
            "indices and slices do not fit each other");
  return Status::kOk;
}

// The first element of the i-th slice.
Status SliceAt(const OpContext& context, const TensorView& indices, const Plan& plan,
               const Shape& whole, const Strides& pitch, int32_t i, int32_t* first) {
  *first = 0;
  for (int d = 0; d < plan.depth; ++d) {
    const int64_t index = IndexAt(indices, i * plan.depth + d);
    MR_ENSURE(context, index >= 0 && index < whole[d], Status::kInvokeFailed,
              "an index lies outside of the tensor");
    *first += static_cast<int32_t>(index) * pitch[d];
  }
  return Status::kOk;
}

enum GatherInputs { kParams, kGatherIndices };

Status PrepareGatherNd(OpContext& context) {
  const TensorView params = context.input(kParams), output = context.output();
  const TensorView indices = context.input(kGatherIndices);
  MR_ENSURE(context, params.type() == output.type() && BitsOf(params.type()) > 0,
            Status::kUnsupportedType, "params and output are not of one type of fixed size");
  MR_ENSURE(context, IsIndexType(indices.type()), Status::kUnsupportedType,
            "the indices are not integers");
  Plan plan;
  return MakePlan(context, indices.shape(), params.shape(), output.shape(), &plan);
}

Status InvokeGatherNd(OpContext& context) {
  const TensorView params = context.input(kParams), output = context.output();
  const TensorView indices = context.input(kGatherIndices);
  const Shape whole = params.shape();
  const Strides pitch(whole);
  Plan plan;
  MR_TRY(MakePlan(context, indices.shape(), whole, output.shape(), &plan));
  if (output.elements() == 0) return Status::kOk;
  StridedCopy copy;
  copy.Add(plan.slice, 1, 1);
  for (int32_t i = 0; i < plan.count; ++i) {
    int32_t first;
    MR_TRY(SliceAt(context, indices, plan, whole, pitch, i, &first));
    copy.Run(params.type(), params.raw(), first, output.raw(), i * plan.slice);
  }
  return Status::kOk;
}

enum ScatterInputs { kScatterIndices, kUpdates, kShape };

Status CheckScatterShape(const OpContext& context) {
  const TensorView shape = context.input(kShape);
  const Shape whole = context.output().shape();
  for (int d = 0; d < whole.rank; ++d) {
    MR_ENSURE(context, IndexAt(shape, d) == whole[d], Status::kInvalidShape,
              "the output has not the shape that is asked for");
  }
  return Status::kOk;
}

Status PrepareScatterNd(OpContext& context) {
  const TensorView indices = context.input(kScatterIndices), updates = context.input(kUpdates);
  const TensorView shape = context.input(kShape), output = context.output();
  const TensorType type = output.type();
  MR_ENSURE(context,
            updates.type() == type && (type == TensorType::kFloat32 || type == TensorType::kInt8 ||
                                       type == TensorType::kUInt8 || type == TensorType::kInt32 ||
                                       type == TensorType::kInt64),
            Status::kUnsupportedType, "no kernel for the types of updates and output");
  MR_ENSURE(context, IsIndexType(indices.type()) && IsIndexType(shape.type()),
            Status::kUnsupportedType, "indices and shape are not integers");
  MR_ENSURE(context, shape.elements() == output.rank(), Status::kInvalidShape,
            "the output has not as many dimensions as are asked for");
  if (IsConstant(shape)) MR_TRY(CheckScatterShape(context));
  Plan plan;
  return MakePlan(context, indices.shape(), output.shape(), updates.shape(), &plan);
}

// Adds in the type itself, as unsigned numbers wrap.
template <typename T>
void AddTo(const void* from, void* to, int32_t first_from, int32_t first_to, int32_t count) {
  const T* source = static_cast<const T*>(from) + first_from;
  T* target = static_cast<T*>(to) + first_to;
  for (int32_t i = 0; i < count; ++i) target[i] = static_cast<T>(target[i] + source[i]);
}

void AddElements(TensorType type, const void* from, void* to, int32_t first_from, int32_t first_to,
                 int32_t count) {
  switch (type) {
    case TensorType::kFloat32:
      return AddTo<float>(from, to, first_from, first_to, count);
    case TensorType::kInt32:
      return AddTo<uint32_t>(from, to, first_from, first_to, count);
    case TensorType::kInt64:
      return AddTo<uint64_t>(from, to, first_from, first_to, count);
    default:
      return AddTo<uint8_t>(from, to, first_from, first_to, count);
  }
}

Status InvokeScatterNd(OpContext& context) {
  const TensorView indices = context.input(kScatterIndices), updates = context.input(kUpdates);
  const TensorView output = context.output();
  MR_TRY(CheckScatterShape(context));
  const Shape whole = output.shape();
  const Strides pitch(whole);
  Plan plan;
  MR_TRY(MakePlan(context, indices.shape(), whole, updates.shape(), &plan));
  if (output.elements() == 0) return Status::kOk;
  __builtin_memset(output.raw(), 0, output.bytes());
  for (int32_t i = 0; i < plan.count; ++i) {
    int32_t first;
    MR_TRY(SliceAt(context, indices, plan, whole, pitch, i, &first));
    AddElements(output.type(), updates.raw(), output.raw(), i * plan.slice, first, plan.slice);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kGatherNdOp = {
    .code = BuiltinOp::kGatherNd,
    .max_version = 6,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareGatherNd,
    .invoke = InvokeGatherNd,
};

const OpRegistration kScatterNdOp = {
    .code = BuiltinOp::kScatterNd,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareScatterNd,
    .invoke = InvokeScatterNd,
};

}  // namespace millrace::micro
