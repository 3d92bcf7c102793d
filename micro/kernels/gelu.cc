#include "micro/kernels/gelu.h"

#include <cmath>

#include "micro/core/op_options.h"
#include "micro/kernels/common/byte_table.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/word_table.h"

namespace millrace::micro {
namespace {

struct Data {
  union {
    ByteTable bytes;
    WordTable words;
  };
  bool approximate;
};

float Gelu(float x, bool approximate) {
  constexpr float kRootHalf = 0.70710678f;
  constexpr float kRootOfTwoByPi = 0.79788456f;
  if (!approximate) return 0.5f * x * std::erfc(-kRootHalf * x);
  return 0.5f * x * (1.0f + std::tanh(kRootOfTwoByPi * (x + 0.044715f * x * x * x)));
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_TRY(CheckElementsOfOneType(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  data->approximate = context.options().Bool(GeluOptions::kApproximate);
  switch (input.type()) {
    case TensorType::kFloat32:
      return Status::kOk;
    case TensorType::kInt8:
    case TensorType::kUInt8:
      MR_ENSURE(context, input.scale() > 0.0f && output.scale() > 0.0f,
                Status::kInvalidQuantization, "a scale is not positive");
      return data->bytes.Prepare(context);
    case TensorType::kInt16:
      MR_ENSURE(context,
                input.scale() > 0.0f && output.scale() > 0.0f && input.zero_point() == 0 &&
                    output.zero_point() == 0,
                Status::kInvalidQuantization, "a scale is not positive or a zero point not 0");
      return data->words.Prepare(context);
    default:
      return NoKernelForType(context);
  }
}

template <typename T>
void RunQuantized(const OpContext& context, int32_t low, int32_t high) {
  const Data& data = context.data<Data>();
  const bool approximate = data.approximate;
  data.bytes.RunReal<T>(context, low, high,
                        [approximate](float x) { return Gelu(x, approximate); });
}

Status Invoke(OpContext& context) {
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      RunQuantized<int8_t>(context, INT8_MIN, INT8_MAX);
      break;
    case TensorType::kUInt8:
      RunQuantized<uint8_t>(context, 0, UINT8_MAX);
      break;
    case TensorType::kInt16: {
      const Data& data = context.data<Data>();
      const bool approximate = data.approximate;
      data.words.Run(context, [approximate](float x) { return Gelu(x, approximate); });
      break;
    }
    default: {
      const bool approximate = context.data<Data>().approximate;
      RunElements<float, float>(context, [approximate](float x) { return Gelu(x, approximate); });
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kGeluOp = {
    .code = BuiltinOp::kGelu,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
