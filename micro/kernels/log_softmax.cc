#include "micro/kernels/log_softmax.h"

#include <cmath>

#include "micro/kernels/common/float_exp.h"
#include "micro/kernels/common/scaled_exp.h"

namespace millrace::micro {
namespace {

constexpr int kFractionBits = 31 - ScaledExp::kIntegerBits;

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.rank() >= 1 && input.shape() == output.shape(), Status::kInvalidShape,
            "input and output have not the same shape of at least one dimension");
  MR_ENSURE(context,
            input.type() == output.type() &&
                (input.type() == TensorType::kInt8 || input.type() == TensorType::kUInt8 ||
                 input.type() == TensorType::kFloat32),
            Status::kUnsupportedType, "no kernel for the types of input and output");
  if (input.type() == TensorType::kFloat32) return Status::kOk;
  const int32_t highest = input.type() == TensorType::kInt8 ? 127 : 255;
  MR_ENSURE(context, output.zero_point() == highest && output.scale() == 1.0f / 16,
            Status::kInvalidQuantization,
            "the output's scale is not 1 / 16 or its zero point not the highest value");
  ScaledExp* exp;
  MR_TRY(context.NewData(&exp));
  MR_ENSURE(context, ScaledExp::Make(1.0f, input.scale(), exp), Status::kInvalidQuantization,
            "the input's scale is not positive or too small");
  return Status::kOk;
}

void FloatRow(const float* input, int32_t count, float* output) {
  float max = input[0];
  for (int32_t i = 1; i < count; ++i) {
    if (input[i] > max) max = input[i];
  }
  float sum = 0.0f;
  for (int32_t i = 0; i < count; ++i) sum += FloatExp(input[i] - max);
  const float log_sum = std::log(sum);
  for (int32_t i = 0; i < count; ++i) output[i] = input[i] - max - log_sum;
}

// log(x), x > 0 with 31 - kSumBits bits behind the point; the result has kFractionBits.
int32_t LogOfSum(uint32_t x) {
  const int zeros = __builtin_clz(x);
  const int whole = ScaledExp::kSumBits - zeros;  // x = mantissa * 2^whole, mantissa in [1, 2)
  uint32_t mantissa = x << zeros;                 // 31 bits behind the point
  // The logarithm to base 2, bit by bit: squaring doubles it.
  uint32_t log = 0;
  for (int bit = 0; bit < kFractionBits + 2; ++bit) {
    const uint64_t square = uint64_t{mantissa} * mantissa;  // 62 bits behind the point
    const bool above = square >> 63 != 0;
    mantissa = static_cast<uint32_t>(square >> (above ? 32 : 31));
    log = log << 1 | (above ? 1u : 0u);
  }
  const int64_t log2 = (int64_t{whole} << (kFractionBits + 2)) + log;
  constexpr int64_t kLn2 = 1488522236;  // ln 2 * 2^31
  return static_cast<int32_t>((log2 * kLn2 + (int64_t{1} << 32)) >> 33);
}

void Int8Row(const ScaledExp& exp, const int8_t* input, int32_t count, int8_t* output) {
  constexpr int kOutputShift = kFractionBits - 4;  // to steps of 1/16
  int32_t max;
  const int32_t log_sum = LogOfSum(exp.Sum(input, count, &max));
  for (int32_t i = 0; i < count; ++i) {
    const int32_t difference = input[i] - max;
    // What is below the smallest exponential is below the output's range of -16 too.
    output[i] = difference < exp.least
                    ? int8_t{-128}
                    : static_cast<int8_t>(Clamp(
                          RoundingShiftRight(exp.Scaled(difference) - log_sum, kOutputShift) + 127,
                          -128, 127));
  }
}

// As int8, in the output's memory.
void UInt8Row(const ScaledExp& exp, const uint8_t* input, int32_t count, uint8_t* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = input[i] ^ 0x80;
  auto* row = reinterpret_cast<int8_t*>(output);
  Int8Row(exp, row, count, row);
  for (int32_t i = 0; i < count; ++i) output[i] ^= 0x80;
}

Status Invoke(OpContext& context) {
  const Shape shape = context.input(0).shape();
  const TensorType type = context.input(0).type();
  const int32_t count = shape.last();
  const int32_t elements = shape.elements();
  for (int32_t at = 0; at < elements; at += count) {
    if (type == TensorType::kFloat32) {
      FloatRow(context.input_data<float>(0) + at, count, context.output_data<float>() + at);
    } else if (type == TensorType::kUInt8) {
      UInt8Row(context.data<ScaledExp>(), context.input_data<uint8_t>(0) + at, count,
               context.output_data<uint8_t>() + at);
    } else {
      Int8Row(context.data<ScaledExp>(), context.input_data<int8_t>(0) + at, count,
              context.output_data<int8_t>() + at);
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kLogSoftmaxOp = {
    .code = BuiltinOp::kLogSoftmax,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
