#include "micro/kernels/cast.h"

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

bool IsKnown(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
    case TensorType::kInt8:
    case TensorType::kInt16:
    case TensorType::kInt32:
    case TensorType::kInt64:
    case TensorType::kUInt8:
    case TensorType::kUInt16:
    case TensorType::kUInt32:
    case TensorType::kBool:
      return true;
    default:
      return false;
  }
}

Status Prepare(OpContext& context) {
  if (!IsKnown(context.input(0).type()) || !IsKnown(context.output().type())) {
    return NoKernelForType(context);
  }
  return CheckElements(context);
}

template <typename Out, typename In>
Out Converted(In x) {
  return static_cast<Out>(x);
}
template <typename Out>
Out Converted(float x) {
  constexpr float kEnd = 9223372036854775808.0f;  // 2^63
  if (x >= kEnd) return static_cast<Out>(INT64_MAX);
  if (x <= -kEnd) return static_cast<Out>(INT64_MIN);
  return x == x ? static_cast<Out>(static_cast<int64_t>(x)) : Out{0};
}
template <>
float Converted<float>(float x) {
  return x;
}

template <typename In>
void Run(const OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kFloat32:
      return RunElements<In, float>(context, [](In x) { return Converted<float>(x); });
    case TensorType::kInt8:
    case TensorType::kUInt8:
      return RunElements<In, uint8_t>(context, [](In x) { return Converted<uint8_t>(x); });
    case TensorType::kInt16:
    case TensorType::kUInt16:
      return RunElements<In, uint16_t>(context, [](In x) { return Converted<uint16_t>(x); });
    case TensorType::kInt32:
    case TensorType::kUInt32:
      return RunElements<In, uint32_t>(context, [](In x) { return Converted<uint32_t>(x); });
    case TensorType::kInt64:
      return RunElements<In, int64_t>(context, [](In x) { return Converted<int64_t>(x); });
    default:
      return RunElements<In, bool>(context, [](In x) { return x != In{0}; });
  }
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      Run<float>(context);
      break;
    case TensorType::kInt8:
      Run<int8_t>(context);
      break;
    case TensorType::kInt16:
      Run<int16_t>(context);
      break;
    case TensorType::kInt32:
      Run<int32_t>(context);
      break;
    case TensorType::kInt64:
      Run<int64_t>(context);
      break;
    case TensorType::kUInt16:
      Run<uint16_t>(context);
      break;
    case TensorType::kUInt32:
      Run<uint32_t>(context);
      break;
    default:  // bool is kept as 0 or 1
      Run<uint8_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kCastOp = {
    .code = BuiltinOp::kCast,
    .max_version = 4,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
