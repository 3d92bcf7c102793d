#include "micro/kernels/l2_normalization.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  const TensorType type = input.type();
  MR_ENSURE(context,
            output.type() == type && (type == TensorType::kFloat32 || type == TensorType::kInt8 ||
                                      type == TensorType::kUInt8),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  MR_ENSURE(context, input.rank() >= 1 && input.shape() == output.shape(), Status::kInvalidShape,
            "the output has not the input's shape, or there is no dimension to normalise");
  MR_ENSURE(context,
            context.options().FusedActivation(L2NormOptions::kFusedActivationFunction) ==
                Activation::kNone,
            Status::kUnsupported, "a fused activation");
  if (type == TensorType::kFloat32) return Status::kOk;
  MR_ENSURE(
      context,
      output.scale() == 1.0f / 128 && output.zero_point() == (type == TensorType::kUInt8 ? 128 : 0),
      Status::kInvalidQuantization, "the output is not quantised in steps of 1/128 around 0");
  return Status::kOk;
}

void NormaliseFloats(const float* in, float* out, int32_t rows, int32_t depth) {
  constexpr float kSmallest = 1e-6f;
  for (int32_t row = 0; row < rows; ++row, in += depth, out += depth) {
    float sum = 0.0f;
    for (int32_t i = 0; i < depth; ++i) sum += in[i] * in[i];
    const float length = __builtin_sqrtf(sum);
    const float divisor = length > kSmallest ? length : kSmallest;
    for (int32_t i = 0; i < depth; ++i) out[i] = in[i] / divisor;
  }
}

// 1 / sqrt(x), x >= 1, by Newton's method y' = y (3 - x y^2) / 2 on numbers of 31 bits behind the
// point (3 bits before it while iterating).
//
// The result is multiplier / 2^31 / 2^shift, shift >= 0.
struct InverseRoot {
  int32_t multiplier;
  int shift;
};
InverseRoot InverseSquareRoot(int32_t x) {
  if (x <= 1) return {INT32_MAX, 0};
  // By a power of 4 (which `shift` remembers) to a quarter .. one, with 3 bits before the point.
  int shift = 11;
  while (x >= 1 << 29) {
    x /= 4;
    ++shift;
  }
  const int pairs = (__builtin_clz(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  x = (x << 2 * pairs) >> 1;
  const auto saturating_shift = [](int32_t value, int bits) {
    const int64_t wide = int64_t{value} * (int64_t{1} << bits);
    return static_cast<int32_t>(wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : wide);
  };
  constexpr int32_t kOne = 1 << 28;  // with 3 bits before the point
  const int32_t half_x = RoundingShiftRight(x, 1);
  int32_t y = kOne;
  for (int i = 0; i < 5; ++i) {
    const int32_t cube = saturating_shift(DoublingHighMul(DoublingHighMul(y, y), y), 6);
    const int32_t three_halves = kOne + (kOne >> 1);
    y = saturating_shift(DoublingHighMul(three_halves, y) - DoublingHighMul(half_x, cube), 3);
  }
  // 1 / sqrt(x) of the quarter-to-one number is y; the even power of two brings sqrt(1/2).
  constexpr int32_t kSquareRootOfHalf = 1518500250;
  y = DoublingHighMul(y, kSquareRootOfHalf);
  if (shift < 0) {
    y = saturating_shift(y, -shift);
    shift = 0;
  }
  return {y, shift};
}

// int8 rounds once, uint8 twice.
int32_t Scale(int32_t x, InverseRoot factor, int8_t) {
  const int shift = 31 + factor.shift;
  const int64_t product = int64_t{x} * factor.multiplier;
  return static_cast<int32_t>((product + (int64_t{1} << (shift - 1))) >> shift);
}
int32_t Scale(int32_t x, InverseRoot factor, uint8_t) {
  return MultiplyByRequant(x, factor.multiplier, -factor.shift);
}

template <typename T>
void NormaliseQuantised(const OpContext& context, int32_t rows, int32_t depth) {
  const int32_t zero_point = context.input(0).zero_point();
  const int32_t out_zero_point = context.output().zero_point();
  constexpr int32_t kLow = static_cast<T>(-1) > 0 ? 0 : -128;
  const T* in = context.input_data<T>(0);
  T* out = context.output_data<T>();
  for (int32_t row = 0; row < rows; ++row, in += depth, out += depth) {
    int32_t sum = 0;
    for (int32_t i = 0; i < depth; ++i) sum += (in[i] - zero_point) * (in[i] - zero_point);
    const InverseRoot factor = InverseSquareRoot(sum);
    for (int32_t i = 0; i < depth; ++i) {
      const int32_t scaled = Scale((in[i] - zero_point) * 128, factor, T{});
      out[i] = static_cast<T>(Clamp(scaled + out_zero_point, kLow, kLow + 255));
    }
  }
}

Status Invoke(OpContext& context) {
  const TensorView input = context.input(0);
  const int32_t depth = input.shape().last();
  if (input.elements() == 0) return Status::kOk;
  const int32_t rows = input.elements() / depth;
  switch (input.type()) {
    case TensorType::kFloat32:
      NormaliseFloats(input.data<float>(), context.output_data<float>(), rows, depth);
      break;
    case TensorType::kInt8:
      NormaliseQuantised<int8_t>(context, rows, depth);
      break;
    default:
      NormaliseQuantised<uint8_t>(context, rows, depth);
      break;
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kL2NormalizationOp = {
    .code = BuiltinOp::kL2Normalization,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
