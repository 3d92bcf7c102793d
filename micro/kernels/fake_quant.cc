#include "micro/kernels/fake_quant.h"

#include <cmath>

#include "micro/core/op_options.h"
#include "micro/kernels/common/elementwise.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

struct Data {
  float scale;
  float low;
  float high;
};

Status Prepare(OpContext& context) {
  if (context.input(0).type() != TensorType::kFloat32 ||
      context.output().type() != TensorType::kFloat32) {
    return NoKernelForType(context);
  }
  MR_TRY(CheckElements(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  const OptionsReader options = context.options();
  const float min = options.Float(FakeQuantOptions::kMin);
  const float max = options.Float(FakeQuantOptions::kMax);
  const int32_t bits = options.Int32(FakeQuantOptions::kNumBits);
  MR_ENSURE(context, bits >= 2 && bits <= 16, Status::kInvalidModel,
            "the number of bits is not 2 .. 16");
  MR_ENSURE(context, min < max && max - min <= 3.0e38f && min <= 0.0f && max >= 0.0f,
            Status::kInvalidModel, "min and max do not span a range that holds 0");
  const float first = options.Bool(FakeQuantOptions::kNarrowRange) ? 1.0f : 0.0f;
  const float last = static_cast<float>((1 << bits) - 1);
  data->scale = (max - min) / (last - first);
  const float zero = std::round(ClampFloat(first - min / data->scale, first, last));
  data->low = (first - zero) * data->scale;
  data->high = (last - zero) * data->scale;
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const Data data = context.data<Data>();
  const float inverse = 1.0f / data.scale;
  RunElements<float, float>(context, [=](float x) {
    const float above = ClampFloat(x, data.low, data.high) - data.low;
    return std::round(above * inverse) * data.scale + data.low;
  });
  return Status::kOk;
}

}  // namespace

const OpRegistration kFakeQuantOp = {
    .code = BuiltinOp::kFakeQuant,
    .max_version = 2,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = kMayRunInPlace,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
