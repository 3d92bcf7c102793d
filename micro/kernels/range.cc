#include "micro/kernels/range.h"

#include <cmath>

#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/indices.h"

namespace millrace::micro {
namespace {

enum Inputs { kStart, kLimit, kDelta, kInputs };

// -1 when delta is 0 or leads away from the limit, or there are more than an int32 counts.
int64_t CountOf(int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0 || (delta > 0 ? start > limit : start < limit)) return -1;
  const uint64_t distance = delta > 0 ? static_cast<uint64_t>(limit) - static_cast<uint64_t>(start)
                                      : static_cast<uint64_t>(start) - static_cast<uint64_t>(limit);
  const uint64_t step =
      delta > 0 ? static_cast<uint64_t>(delta) : uint64_t{0} - static_cast<uint64_t>(delta);
  const uint64_t count = distance / step + (distance % step != 0 ? 1 : 0);
  return count > INT32_MAX ? -1 : static_cast<int64_t>(count);
}
int64_t CountOf(int32_t start, int32_t limit, int32_t delta) {
  return CountOf(int64_t{start}, int64_t{limit}, int64_t{delta});
}
int64_t CountOf(float start, float limit, float delta) {
  const float count = std::ceil(std::fabs((limit - start) / delta));
  const bool leads = delta > 0.0f ? start <= limit : delta < 0.0f && start >= limit;
  return leads && count < 2147483648.0f ? static_cast<int64_t>(count) : -1;
}

template <typename T>
T ValueOf(const OpContext& context, int i) {
  return *context.input_data<T>(i);
}

template <typename T>
Status CheckCount(const OpContext& context) {
  const int64_t count = CountOf(ValueOf<T>(context, kStart), ValueOf<T>(context, kLimit),
                                ValueOf<T>(context, kDelta));
  MR_ENSURE(context, count >= 0, Status::kInvokeFailed, "delta is 0 or leads away from the limit");
  MR_ENSURE(context, count == context.output().elements(), Status::kInvalidShape,
            "the output has not as many elements as the range");
  return Status::kOk;
}

Status Check(const OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      return CheckCount<float>(context);
    case TensorType::kInt32:
      return CheckCount<int32_t>(context);
    default:
      return CheckCount<int64_t>(context);
  }
}

Status Prepare(OpContext& context) {
  const TensorType type = context.output().type();
  bool all_constant = true;
  for (int i = 0; i < kInputs; ++i) {
    const TensorView input = context.input(i);
    if (input.type() != type) return NoKernelForType(context);
    MR_ENSURE(context, input.elements() == 1, Status::kInvalidShape, "an input is not one element");
    all_constant = all_constant && IsConstant(input);
  }
  if (type != TensorType::kFloat32 && type != TensorType::kInt32 && type != TensorType::kInt64) {
    return NoKernelForType(context);
  }
  return all_constant ? Check(context) : Status::kOk;
}

template <typename T>
void Count(const OpContext& context) {
  const T delta = ValueOf<T>(context, kDelta);
  const int32_t count = context.output().elements();
  T* out = context.output_data<T>();
  T value = ValueOf<T>(context, kStart);
  for (int32_t i = 0; i < count; ++i, value += delta) out[i] = value;
}

Status Invoke(OpContext& context) {
  MR_TRY(Check(context));
  switch (context.output().type()) {
    case TensorType::kFloat32:
      Count<float>(context);
      break;
    case TensorType::kInt32:
      Count<int32_t>(context);
      break;
    default:
      Count<int64_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kRangeOp = {
    .code = BuiltinOp::kRange,
    .max_version = 2,
    .min_inputs = 3,
    .max_inputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
