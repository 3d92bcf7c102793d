#include "micro/kernels/bucketize.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

struct Data {
  const uint8_t* boundaries;  // floats where they lie in the model
  int32_t count;
};

float Boundary(const Data& data, int32_t i) {
  float value;
  __builtin_memcpy(&value, data.boundaries + ptrdiff_t{i} * 4, sizeof(value));
  return value;
}

Status Prepare(OpContext& context) {
  const TensorType type = context.input(0).type();
  const bool known = type == TensorType::kFloat32 || type == TensorType::kFloat64 ||
                     type == TensorType::kInt32 || type == TensorType::kInt64;
  if (!known || context.output().type() != TensorType::kInt32) return NoKernelForType(context);
  MR_TRY(CheckElements(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  const fb::Vector<int32_t> words = context.options().Int32s(BucketizeOptions::kBoundaries);
  data->boundaries = reinterpret_cast<const uint8_t*>(words.data());
  data->count = words.size();
  for (int32_t i = 1; i < data->count; ++i) {
    MR_ENSURE(context, Boundary(*data, i - 1) <= Boundary(*data, i), Status::kInvalidModel,
              "the boundaries do not rise");
  }
  return Status::kOk;
}

template <typename T>
void Run(const OpContext& context) {
  const Data data = context.data<Data>();
  RunElements<T, int32_t>(context, [data](T x) {
    int32_t low = 0, high = data.count;
    while (low < high) {
      const int32_t middle = low + (high - low) / 2;
      if (x < Boundary(data, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  });
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Run<float>(context);
      break;
    case TensorType::kFloat64:
      Run<double>(context);
      break;
    case TensorType::kInt32:
      Run<int32_t>(context);
      break;
    default:
      Run<int64_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kBucketizeOp = {
    .code = BuiltinOp::kBucketize,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
