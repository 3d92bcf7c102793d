#include "micro/kernels/local_response_normalization.h"

#include <cmath>

#include "micro/core/op_options.h"

namespace millrace::micro {
namespace {

struct Data {
  int32_t radius;
  float bias, alpha, beta;
};

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.type() == TensorType::kFloat32 && output.type() == TensorType::kFloat32,
            Status::kUnsupportedType, "input and output are not float32");
  MR_ENSURE(context, input.rank() == 4 && input.shape() == output.shape(), Status::kInvalidShape,
            "input and output have not the same shape of four dimensions");
  using Field = LocalResponseNormalizationOptions;
  const OptionsReader options = context.options();
  Data* data;
  MR_TRY(context.NewData(&data));
  *data = {options.Int32(Field::kRadius), options.Float(Field::kBias), options.Float(Field::kAlpha),
           options.Float(Field::kBeta)};
  MR_ENSURE(context, data->radius >= 0, Status::kInvalidModel, "the radius is negative");
  return Status::kOk;
}

Status Invoke(OpContext& context) {
  const Data data = context.data<Data>();
  const Shape shape = context.input(0).shape();
  const int32_t depth = shape.last();
  const int32_t radius = data.radius < depth ? data.radius : depth;
  const float* in = context.input_data<float>(0);
  float* out = context.output_data<float>();
  for (int32_t row = shape.Product(0, 3); row > 0; --row, in += depth) {
    for (int32_t c = 0; c < depth; ++c) {
      const int32_t begin = c > radius ? c - radius : 0;
      const int32_t end = c + radius < depth ? c + radius : depth;
      float squares = 0.0f;
      for (int32_t i = begin; i < end; ++i) squares += in[i] * in[i];
      *out++ = in[c] * std::pow(data.bias + data.alpha * squares, -data.beta);
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kLocalResponseNormalizationOp = {
    .code = BuiltinOp::kLocalResponseNormalization,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
