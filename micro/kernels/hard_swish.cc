#include "micro/kernels/hard_swish.h"

#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/float_activation.h"

namespace millrace::micro {
namespace {

// Bytes are computed in 16 bits: the input, with 7 bits more, goes to the output's scale on one
// way, and to the gate (in + 3 within 0 .. 6) / 6 on another.
constexpr int kMoreBits = 7;

struct Factor {
  int16_t multiplier;  // 15 bits behind the point
  int16_t shift;       // to the left
};
struct ByteData {
  ByteTable table;
  Factor to_output;
  Factor to_gate;
};

bool FactorOf(float a, float b, Factor* factor) {
  Requant requant;
  if (!RequantOf(a, 1.0f, b, &requant)) return false;
  const int32_t rounded =
      requant.multiplier >= 0x7FFF0000 ? 0x7FFF : (requant.multiplier + (1 << 15)) >> 16;
  *factor = {static_cast<int16_t>(rounded), static_cast<int16_t>(requant.shift)};
  return true;
}

Status PrepareBytes(const OpContext& context) {
  ByteData* data;
  MR_TRY(context.NewData(&data));
  const float fine = context.input(0).scale() / (1 << kMoreBits);
  constexpr float kGateStep = 3.0f / 32768.0f;  // -3 .. 3 as -1 .. 1
  MR_ENSURE(context,
            FactorOf(fine, context.output().scale(), &data->to_output) &&
                FactorOf(fine, kGateStep, &data->to_gate) && data->to_output.shift <= 0,
            Status::kInvalidQuantization, "the scales of input and output do not fit");
  return data->table.Prepare(context);
}

int16_t Saturated(int32_t x) { return static_cast<int16_t>(Clamp(x, INT16_MIN, INT16_MAX)); }

// round(a * b / 2^15), halves away from zero.
int16_t HighMul16(int16_t a, int16_t b) {
  const int32_t product = a * b;
  return Saturated((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}

int16_t ShiftLeft16(int16_t x, int bits) {
  return bits >= 16 ? (x == 0 ? 0 : x > 0 ? INT16_MAX : INT16_MIN) : Saturated(x * (1 << bits));
}

// (in + 3 within 0 .. 6) / 6, 15 bits behind the point.
int16_t Gate(int16_t fine, Factor to_gate) {
  const int left = to_gate.shift;
  // All but one bit is shifted before the product, so that its rounding is not magnified.
  int16_t value = left > 0 ? ShiftLeft16(fine, left - 1) : fine;
  value = HighMul16(value, to_gate.multiplier);
  if (left > 0) value = ShiftLeft16(value, 1);
  if (left < 0) value = static_cast<int16_t>(RoundingShiftRight(value, -left));
  return static_cast<int16_t>((value + (1 << 15)) >> 1);
}

template <typename T>
void RunBytes(const OpContext& context, int32_t low, int32_t high) {
  const ByteData& data = context.data<ByteData>();
  const Factor to_output = data.to_output, to_gate = data.to_gate;
  const int32_t in_zero = context.input(0).zero_point(), out_zero = context.output().zero_point();
  data.table.Run<T>(context, [=](T x) {
    const auto fine = static_cast<int16_t>((x - in_zero) * (1 << kMoreBits));
    const int32_t value = HighMul16(fine, to_output.multiplier);
    const int32_t gated = value * Gate(fine, to_gate) / (1 << 15);
    return static_cast<T>(Clamp(RoundingShiftRight(gated, -to_output.shift) + out_zero, low, high));
  });
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckElementsOfOneType(context));
  switch (context.input(0).type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kUInt8:
      return PrepareBytes(context);
    default:
      return NoKernelForType(context);
  }
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunBytes<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kUInt8:
      RunBytes<uint8_t>(context, 0, UINT8_MAX);
      break;
    default:
      HardSwishLoop(context.input_data<float>(0), context.output().elements(),
                    context.output_data<float>());
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kHardSwishOp = {
    .code = BuiltinOp::kHardSwish,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
