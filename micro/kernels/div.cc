#include "micro/kernels/div.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/fixed_point.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

struct QuantizedData {
  Requant output;
  IntRange range;
};

Status Prepare(OpContext& context) {
  MR_TRY(CheckPairsOfOneType(context));
  const TensorView output = context.output();
  const Activation activation =
      context.options().FusedActivation(DivOptions::kFusedActivationFunction);
  switch (output.type()) {
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return NewActivationRange(context, activation);
    case TensorType::kInt8:
    case TensorType::kUInt8:
    case TensorType::kInt16: {
      QuantizedData* data;
      MR_TRY(context.NewData(&data));
      const float factor = context.input(0).scale() / (context.input(1).scale() * output.scale());
      MR_ENSURE(context, RequantOf(factor, 1.0f, 1.0f, &data->output), Status::kInvalidQuantization,
                "the scales of the inputs and the output do not fit");
      return QuantizedActivationRange(context, activation, output, &data->range);
    }
    default:
      return NoKernelForType(context);
  }
}

// a / b * the factor, b > 0: a and 1 / b are brought to 31 bits first.
int32_t Quotient(int32_t a, int32_t b, Requant factor) {
  if (a == 0) return 0;
  const int above_one = 31 - __builtin_clz(static_cast<uint32_t>(b));
  const auto fraction =
      static_cast<int32_t>((static_cast<uint32_t>(b) << (31 - above_one)) - (uint32_t{1} << 31));
  // Bits by which a can be shifted left and keep its sign.
  const int headroom = a == -1 ? 31 : __builtin_clz(static_cast<uint32_t>(a < 0 ? ~a : a)) - 1;
  const auto scaled = static_cast<int32_t>(static_cast<uint32_t>(a) << headroom);
  const int32_t quotient = DoublingHighMul(scaled, ReciprocalOfOnePlus(fraction));
  const int shift = factor.shift - above_one - headroom;
  return shift < -31 ? 0 : MultiplyByRequant(quotient, factor.multiplier, shift);
}

template <typename T>
bool RunQuantized(const OpContext& context) {
  const QuantizedData data = context.data<QuantizedData>();
  const int32_t a_zero = context.input(0).zero_point(), b_zero = context.input(1).zero_point();
  const int32_t out_zero = context.output().zero_point();
  bool defined = true;
  bool* const all_defined = &defined;
  RunPairs<T, T>(context, [=](T x, T y) -> T {
    int32_t a = x - a_zero, b = y - b_zero;
    if (b == 0) {
      *all_defined = false;
      return 0;
    }
    if (b < 0) a = -a, b = -b;
    const int32_t quotient = Quotient(a, b, data.output) + out_zero;
    return static_cast<T>(Clamp(quotient, data.range.low, data.range.high));
  });
  return defined;
}

bool RunInt32(const OpContext& context) {
  const IntRange range = context.data<IntRange>();
  bool defined = true;
  bool* const all_defined = &defined;
  RunPairs<int32_t, int32_t>(context, [=](int32_t a, int32_t b) -> int32_t {
    if (b == 0) {
      *all_defined = false;
      return 0;
    }
    const int32_t quotient = b == -1 ? static_cast<int32_t>(0u - static_cast<uint32_t>(a)) : a / b;
    return Clamp(quotient, range.low, range.high);
  });
  return defined;
}

Status Invoke(OpContext& context) {
  bool defined = true;
  switch (context.output().type()) {
    case TensorType::kFloat32: {
      const FloatRange range = context.data<FloatRange>();
      RunPairs<float, float>(
          context, [range](float a, float b) { return ClampFloat(a / b, range.low, range.high); });
      break;
    }
    case TensorType::kInt8:
      defined = RunQuantized<int8_t>(context);
      break;
    case TensorType::kUInt8:
      defined = RunQuantized<uint8_t>(context);
      break;
    case TensorType::kInt16:
      defined = RunQuantized<int16_t>(context);
      break;
    default:
      defined = RunInt32(context);
  }
  MR_ENSURE(context, defined, Status::kInvokeFailed, "a divisor is 0");
  return Status::kOk;
}

}  // namespace

const OpRegistration kDivOp = {
    .code = BuiltinOp::kDiv,
    .max_version = 2,
    .min_inputs = 2,
    .max_inputs = 2,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
