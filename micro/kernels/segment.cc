#include "micro/kernels/segment.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kData, kIds, kSegments };

Status CheckSegments(const OpContext& context) {
  MR_ENSURE(context, IndexAt(context.input(kSegments), 0) == context.output().dim(0),
            Status::kInvalidShape, "the output has not as many segments as are asked for");
  return Status::kOk;
}

Status Prepare(const OpContext& context, int most_id_dimensions) {
  const TensorView data = context.input(kData), ids = context.input(kIds);
  const TensorView output = context.output();
  const TensorType type = data.type();
  if (output.type() != type || (type != TensorType::kFloat32 && type != TensorType::kInt32)) {
    return NoKernelForType(context);
  }
  MR_ENSURE(context, ids.type() == TensorType::kInt32, Status::kUnsupportedType,
            "the segment ids are not int32");
  const Shape in = data.shape(), segments = ids.shape(), out = output.shape();
  bool fits = segments.rank >= 1 && segments.rank <= in.rank &&
              segments.rank <= most_id_dimensions && out.rank == in.rank - segments.rank + 1;
  for (int d = 0; fits && d < in.rank; ++d) {
    fits = in[d] == (d < segments.rank ? segments[d] : out[d - segments.rank + 1]);
  }
  MR_ENSURE(context, fits, Status::kInvalidShape, "data, segment ids and output do not fit");
  return Status::kOk;
}

Status PrepareSorted(OpContext& context) { return Prepare(context, 1); }

Status PrepareUnsorted(OpContext& context) {
  MR_TRY(Prepare(context, kMaxRank));
  const TensorView segments = context.input(kSegments);
  MR_ENSURE(context, IsIndexType(segments.type()) && segments.elements() == 1,
            Status::kInvalidShape, "the number of segments is not one integer");
  return IsConstant(segments) ? CheckSegments(context) : Status::kOk;
}

template <typename T, typename Fn>
Status Combine(const OpContext& context, T first, const Fn& fn) {
  const TensorView ids = context.input(kIds), output = context.output();
  const int32_t segments = output.dim(0), rows = ids.elements();
  const bool sorted = context.code() == BuiltinOp::kSegmentSum;
  T* out = output.data<T>();
  const int32_t count = output.elements();
  for (int32_t i = 0; i < count; ++i) out[i] = first;
  const int32_t size = segments == 0 ? 0 : count / segments;
  const T* row = context.input_data<T>(kData);
  int32_t last = 0;
  for (int32_t i = 0; i < rows; ++i, row += size) {
    const int32_t id = ids.data<int32_t>()[i];
    MR_ENSURE(context, id < segments && (!sorted || id >= last), Status::kInvokeFailed,
              "a segment id is too large, or they fall");
    last = id;
    if (id < 0) continue;
    T* to = out + ptrdiff_t{id} * size;
    for (int32_t k = 0; k < size; ++k) to[k] = fn(to[k], row[k]);
  }
  return Status::kOk;
}

template <typename T>
Status CombineBy(const OpContext& context, T lowest, T highest) {
  switch (context.code()) {
    case BuiltinOp::kUnsortedSegmentProd:
      return Combine<T>(context, 1, [](T a, T b) { return a * b; });
    case BuiltinOp::kUnsortedSegmentMax:
      return Combine<T>(context, lowest, [](T a, T b) { return a > b ? a : b; });
    case BuiltinOp::kUnsortedSegmentMin:
      return Combine<T>(context, highest, [](T a, T b) { return a < b ? a : b; });
    default:
      return Combine<T>(context, 0, [](T a, T b) { return a + b; });
  }
}

Status Invoke(OpContext& context) {
  if (context.code() != BuiltinOp::kSegmentSum) MR_TRY(CheckSegments(context));
  return context.input(kData).type() == TensorType::kFloat32
             ? CombineBy<float>(context, kFloatLowest, kFloatMax)
             : CombineBy<int32_t>(context, INT32_MIN, INT32_MAX);
}

}  // namespace

const OpRegistration kSegmentSumOp = {
    .code = BuiltinOp::kSegmentSum,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareSorted,
    .invoke = Invoke,
};

const OpRegistration kUnsortedSegmentSumOp = {
    .code = BuiltinOp::kUnsortedSegmentSum,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareUnsorted,
    .invoke = Invoke,
};

const OpRegistration kUnsortedSegmentProdOp = {
    .code = BuiltinOp::kUnsortedSegmentProd,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareUnsorted,
    .invoke = Invoke,
};

const OpRegistration kUnsortedSegmentMaxOp = {
    .code = BuiltinOp::kUnsortedSegmentMax,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareUnsorted,
    .invoke = Invoke,
};

const OpRegistration kUnsortedSegmentMinOp = {
    .code = BuiltinOp::kUnsortedSegmentMin,
    .max_version = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = PrepareUnsorted,
    .invoke = Invoke,
};

}  // namespace millrace::micro
