#include "micro/kernels/reduce_max.h"

#include "micro/kernels/common/extremes.h"
#include "micro/kernels/common/independent.h"
#include "micro/kernels/common/reduction.h"

namespace millrace::micro {
namespace {

template <typename Extreme, typename T>
void Row(const void* data, int32_t first, int32_t stride, int32_t count, void* accumulator) {
  const T* in = static_cast<const T*>(data) + first;
  T best = *static_cast<T*>(accumulator);
  if (kHasRoomForLoops && stride == 1) {
    best = BestOf<Extreme>(in, count, best);
  } else {
    for (int32_t i = 0; i < count; ++i) best = Extreme::Of(in[ptrdiff_t{i} * stride], best);
  }
  *static_cast<T*>(accumulator) = best;
}

// The same for columns side by side; on hosts.
template <typename Extreme, typename T>
void Rows(const void* data, int32_t first, int32_t stride, int32_t count, int32_t columns,
          void* accumulators) {
  const T* in = static_cast<const T*>(data) + first;
  T* best = static_cast<T*>(accumulators);
  for (int32_t i = 0; i < count; ++i, in += stride) {
    MR_INDEPENDENT
    for (int32_t c = 0; c < columns; ++c) best[c] = Extreme::Of(in[c], best[c]);
  }
}

// Begins with the first element.
template <typename Extreme, typename T>
void Reduce(Reduction* reduction, const T* in, T* out) {
  const int32_t outputs = reduction->outputs(), columns = reduction->columns();
  if (kHasRoomForLoops && columns > 1) {
    for (int32_t i = 0; i < outputs; i += columns, reduction->NextColumns()) {
      __builtin_memcpy(out + i, in + reduction->first(), static_cast<size_t>(columns) * sizeof(T));
      reduction->Columns(in, 0, columns, Rows<Extreme, T>, out + i);
    }
    return;
  }
  for (int32_t i = 0; i < outputs; ++i) {
    out[i] = in[reduction->first()];
    reduction->Next(in, Row<Extreme, T>, &out[i]);
  }
}
template <typename T>
Status Reduce(Reduction* reduction, const TensorView& input, const TensorView& output, bool max) {
  (max ? Reduce<Largest, T> : Reduce<Smallest, T>)(reduction, input.data<T>(), output.data<T>());
  return Status::kOk;
}

Status PrepareExtreme(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const TensorType type = input.type();
  const bool whole_number = type == TensorType::kInt8 || type == TensorType::kUInt8 ||
                            type == TensorType::kInt16 || type == TensorType::kInt32 ||
                            type == TensorType::kInt64 || type == TensorType::kBool;
  MR_ENSURE(context, output.type() == type && (whole_number || type == TensorType::kFloat32),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  MR_ENSURE(context, input.scale() == output.scale() && input.zero_point() == output.zero_point(),
            Status::kInvalidQuantization, "the output is not quantised as the input is");
  return CheckReduction(context);
}

Status InvokeExtreme(OpContext& context, bool max) {
  const TensorView input = context.input(0), output = context.output();
  Reduction reduction;
  MR_TRY(reduction.Make(context));
  switch (input.type()) {
    case TensorType::kFloat32:
      return Reduce<float>(&reduction, input, output, max);
    case TensorType::kInt8:
      return Reduce<int8_t>(&reduction, input, output, max);
    case TensorType::kUInt8:
    case TensorType::kBool:
      return Reduce<uint8_t>(&reduction, input, output, max);
    case TensorType::kInt16:
      return Reduce<int16_t>(&reduction, input, output, max);
    case TensorType::kInt32:
      return Reduce<int32_t>(&reduction, input, output, max);
    default:
      return Reduce<int64_t>(&reduction, input, output, max);
  }
}

Status InvokeMax(OpContext& context) { return InvokeExtreme(context, true); }
Status InvokeMin(OpContext& context) { return InvokeExtreme(context, false); }

Status PrepareTruth(OpContext& context) {
  MR_ENSURE(
      context,
      context.input(0).type() == TensorType::kBool && context.output().type() == TensorType::kBool,
      Status::kUnsupportedType, "input and output are not bool");
  return CheckReduction(context);
}

// Truth values are bytes, 0 or not.
Status InvokeTruth(OpContext& context, bool all) {
  const TensorView input = context.input(0), output = context.output();
  Reduction reduction;
  MR_TRY(reduction.Make(context));
  uint8_t* out = output.data<uint8_t>();
  for (int32_t i = 0; i < reduction.outputs(); ++i) {
    uint8_t extreme = input.data<uint8_t>()[reduction.first()];
    reduction.Next(input.raw(), all ? Row<Smallest, uint8_t> : Row<Largest, uint8_t>, &extreme);
    out[i] = extreme != 0;
  }
  return Status::kOk;
}

Status InvokeAll(OpContext& context) { return InvokeTruth(context, true); }
Status InvokeAny(OpContext& context) { return InvokeTruth(context, false); }

}  // namespace

const OpRegistration kReduceMaxOp = {
    .code = BuiltinOp::kReduceMax,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareExtreme,
    .invoke = InvokeMax,
};

const OpRegistration kReduceMinOp = {
    .code = BuiltinOp::kReduceMin,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareExtreme,
    .invoke = InvokeMin,
};

const OpRegistration kReduceAllOp = {
    .code = BuiltinOp::kReduceAll,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareTruth,
    .invoke = InvokeAll,
};

const OpRegistration kReduceAnyOp = {
    .code = BuiltinOp::kReduceAny,
    .max_version = 2,
    .min_inputs = 2,
    .max_inputs = 2,
    .prepare = PrepareTruth,
    .invoke = InvokeAny,
};

}  // namespace millrace::micro
