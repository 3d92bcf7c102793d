#include "micro/kernels/top_k.h"

#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kK };
enum Outputs { kValues, kIndices };

Status CheckK(const OpContext& context) {
  const int64_t k = IndexAt(context.input(kK), 0);
  MR_ENSURE(context, k == context.output(kValues).shape().last(), Status::kInvalidShape,
            "the outputs have not k elements a row");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(kInput), k = context.input(kK);
  const TensorView values = context.output(kValues), indices = context.output(kIndices);
  const TensorType type = input.type(), index_type = indices.type();
  MR_ENSURE(context,
            values.type() == type && (type == TensorType::kFloat32 || type == TensorType::kInt8 ||
                                      type == TensorType::kUInt8 || type == TensorType::kInt16 ||
                                      type == TensorType::kInt32 || type == TensorType::kInt64),
            Status::kUnsupportedType, "no kernel for the types of input and values");
  MR_ENSURE(context, index_type == TensorType::kInt32 || index_type == TensorType::kInt16,
            Status::kUnsupportedType, "the indices are neither int32 nor int16");
  MR_ENSURE(context, IsIndexType(k.type()) && k.elements() == 1, Status::kInvalidShape,
            "k is not one integer");
  const Shape in = input.shape(), out = values.shape();
  bool fits = in.rank >= 1 && out.rank == in.rank && out == indices.shape();
  for (int d = 0; fits && d < in.rank - 1; ++d) fits = in[d] == out[d];
  MR_ENSURE(context, fits && out.last() <= in.last(), Status::kInvalidShape,
            "the outputs do not fit the input");
  MR_ENSURE(context, index_type == TensorType::kInt32 || in.last() <= INT16_MAX + 1,
            Status::kInvalidShape, "the rows are too long for indices of int16");
  return IsConstant(k) ? CheckK(context) : Status::kOk;
}

// The largest element behind element `after` in the order of the output; of all when it is -1.
template <typename T>
int32_t Next(const T* row, int32_t n, int32_t after) {
  int32_t best = -1;
  for (int32_t i = 0; i < n; ++i) {
    const bool behind = after < 0 || row[i] < row[after] || (row[i] == row[after] && i > after);
    if (behind && (best < 0 || row[i] > row[best])) best = i;
  }
  return best;
}

template <typename T>
Status Select(const OpContext& context) {
  const int32_t n = context.input(kInput).shape().last();
  const TensorView values = context.output(kValues), indices = context.output(kIndices);
  const int32_t k = values.shape().last();
  const T* row = context.input_data<T>(kInput);
  for (int32_t at = 0; at < values.elements(); row += n) {
    int32_t chosen = -1;
    for (int32_t i = 0; i < k; ++i, ++at) {
      chosen = Next(row, n, chosen);
      // What is not a number stands nowhere in the order.
      MR_ENSURE(context, chosen >= 0, Status::kInvokeFailed, "a row has too few numbers");
      values.data<T>()[at] = row[chosen];
      if (indices.type() == TensorType::kInt32) {
        indices.data<int32_t>()[at] = chosen;
      } else {
        indices.data<int16_t>()[at] = static_cast<int16_t>(chosen);
      }
    }
  }
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  MR_TRY(CheckK(context));
  switch (context.input(kInput).type()) {
    case TensorType::kFloat32:
      return Select<float>(context);
    case TensorType::kInt8:
      return Select<int8_t>(context);
    case TensorType::kUInt8:
      return Select<uint8_t>(context);
    case TensorType::kInt16:
      return Select<int16_t>(context);
    case TensorType::kInt32:
      return Select<int32_t>(context);
    default:
      return Select<int64_t>(context);
  }
}

}  // namespace

const OpRegistration kTopkV2Op = {
    .code = BuiltinOp::kTopkV2,
    .max_version = 3,
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 2,
    .max_outputs = 2,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
