#include "micro/kernels/bitwise.h"

#include "micro/kernels/common/elementwise.h"

namespace millrace::micro {
namespace {

Status PrepareBitcast(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, BitsOf(input.type()) >= 8 && BitsOf(output.type()) >= 8,
            Status::kUnsupportedType, "input or output are not of whole bytes");
  MR_ENSURE(context, input.bytes() == output.bytes(), Status::kInvalidShape,
            "the output has not as many bytes as the input");
  return Status::kOk;
}

Status InvokeBitcast(OpContext& context) {
  __builtin_memmove(context.output().raw(), context.input(0).raw(), context.output().bytes());
  return Status::kOk;
}

bool IsInteger(TensorType type) {
  switch (type) {
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16:
    case TensorType::kUInt16:
    case TensorType::kInt32:
    case TensorType::kUInt32:
      return true;
    default:
      return false;
  }
}

Status PreparePairs(const OpContext& context, bool or_bool) {
  MR_TRY(CheckPairs(context));
  const TensorType type = context.output().type();
  const bool known = IsInteger(type) || (or_bool && type == TensorType::kBool);
  return known && type == context.input(0).type() ? Status::kOk : NoKernelForType(context);
}

Status PrepareXor(OpContext& context) { return PreparePairs(context, true); }
Status PrepareShift(OpContext& context) { return PreparePairs(context, false); }

Status InvokeXor(OpContext& context) {
  const auto exclusive = [](auto a, auto b) { return a ^ b; };
  switch (BitsOf(context.output().type())) {
    case 8:
      RunPairs<uint8_t, uint8_t>(context, exclusive);
      break;
    case 16:
      RunPairs<uint16_t, uint16_t>(context, exclusive);
      break;
    default:
      RunPairs<uint32_t, uint32_t>(context, exclusive);
  }
  return Status::kOk;
}

template <typename T>
void Shift(const OpContext& context) {
  constexpr T kMost = 8 * sizeof(T) - 1;
  RunPairs<T, T>(context, [](T a, T b) {
    const T bits = b < 0 ? 0 : b > kMost ? kMost : b;
    return static_cast<T>(a >> bits);
  });
}

Status InvokeShift(OpContext& context) {
  switch (context.output().type()) {
    case TensorType::kInt8:
      Shift<int8_t>(context);
      break;
    case TensorType::kUInt8:
      Shift<uint8_t>(context);
      break;
    case TensorType::kInt16:
      Shift<int16_t>(context);
      break;
    case TensorType::kUInt16:
      Shift<uint16_t>(context);
      break;
    case TensorType::kInt32:
      Shift<int32_t>(context);
      break;
    default:
      Shift<uint32_t>(context);
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kBitcastOp = {
    .code = BuiltinOp::kBitcast,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareBitcast,
    .invoke = InvokeBitcast,
};

const OpRegistration kBitwiseXorOp = {
    .code = BuiltinOp::kBitwiseXor,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = PrepareXor,
    .invoke = InvokeXor,
};

const OpRegistration kRightShiftOp = {
    .code = BuiltinOp::kRightShift,
    .max_version = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = PrepareShift,
    .invoke = InvokeShift,
};

}  // namespace millrace::micro
