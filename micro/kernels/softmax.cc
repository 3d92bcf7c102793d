#include "micro/kernels/softmax.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/scaled_exp.h"
#include "micro/kernels/common/softmax16.h"
#include "micro/kernels/loops/softmax.h"

namespace millrace::micro {
namespace {

struct Wide {
  Requant factor;
  Softmax16Tables* tables;
};

union Data {
  float beta;     // float32
  ScaledExp exp;  // int8, uint8
  Wide wide;      // int16
};

bool IsQuantizedAs(const TensorView& tensor, float scale, int32_t zero_point) {
  const float off = tensor.scale() - scale;
  const float allowed = scale * 0.001f;
  return off <= allowed && off >= -allowed && tensor.zero_point() == zero_point;
}

Status PrepareBytes(const OpContext& context, float beta, Data* data) {
  const TensorType type = context.input(0).type();
  const TensorView output = context.output();
  const bool wide = output.type() == TensorType::kInt16;
  MR_ENSURE(context, wide || output.type() == type, Status::kUnsupportedType,
            "the output of bytes is neither of their type nor int16");
  MR_ENSURE(context,
            wide ? IsQuantizedAs(output, 1.0f / 65536, -32768)
                 : IsQuantizedAs(output, 1.0f / 256, type == TensorType::kInt8 ? -128 : 0),
            Status::kInvalidQuantization, "the output's scale and zero point do not span 0 .. 1");
  MR_ENSURE(context, ScaledExp::Make(beta, context.input(0).scale(), &data->exp),
            Status::kInvalidQuantization,
            "beta times the input's scale is not positive or too small");
  return Status::kOk;
}

Status PrepareInt16(const OpContext& context, float beta, Data* data) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, output.type() == TensorType::kInt16, Status::kUnsupportedType,
            "the output of int16 is not int16");
  MR_ENSURE(context, input.zero_point() == 0 && IsQuantizedAs(output, 1.0f / 32768, 0),
            Status::kInvalidQuantization,
            "a zero point is not 0, or the output's scale not 1 / 32768");
  MR_ENSURE(context, RequantOf(beta * input.scale(), 65535.0f, 10.0f, &data->wide.factor),
            Status::kInvalidQuantization, "beta times the input's scale is negative or too large");
  // Differences of up to 2^16 are shifted.
  MR_ENSURE(context, data->wide.factor.shift < 15, Status::kInvalidQuantization,
            "beta times the input's scale is too large");
  MR_TRY(context.AllocateArray(1, &data->wide.tables));
  FillSoftmax16Tables(data->wide.tables);
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, input.rank() >= 1 && input.shape() == output.shape(), Status::kInvalidShape,
            "input and output have not the same shape of at least one dimension");
  Data* data;
  MR_TRY(context.NewData(&data));
  const float beta = context.options().Float(SoftmaxOptions::kBeta);
  switch (input.type()) {
    case TensorType::kInt8:
    case TensorType::kUInt8:
      return PrepareBytes(context, beta, data);
    case TensorType::kInt16:
      return PrepareInt16(context, beta, data);
    default:
      MR_ENSURE(context,
                input.type() == TensorType::kFloat32 && output.type() == TensorType::kFloat32,
                Status::kUnsupportedType, "no kernel for the types of input and output");
      data->beta = beta;
      return Status::kOk;
  }
}

// row[i] = input[i] - 128
void Flip(const void* input, int32_t count, void* row) {
  const auto* in = static_cast<const uint8_t*>(input);
  auto* out = static_cast<uint8_t*>(row);
  for (int32_t i = 0; i < count; ++i) out[i] = in[i] ^ 0x80;
}

// As int8. The row is made so where its output will be, at the end, so that none is overwritten
// that is still to be read.
void UInt8Row(const ScaledExp& exp, const uint8_t* input, int32_t count, void* output, bool wide) {
  int8_t* row = static_cast<int8_t*>(output) + (wide ? count : 0);
  Flip(input, count, row);
  SoftmaxRows(exp, row, 1, count, output, wide);
  if (!wide) Flip(output, count, output);
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  const Shape shape = context.input(0).shape();
  const TensorType type = context.input(0).type();
  const int32_t count = shape.last();
  const int32_t elements = shape.elements();
  if (elements == 0) return Status::kOk;
  const bool wide = context.output().type() == TensorType::kInt16;
  if (type == TensorType::kFloat32) {
    SoftmaxRows(data.beta, context.input_data<float>(0), elements / count, count,
                context.output_data<float>());
  } else if (type == TensorType::kInt8) {
    SoftmaxRows(data.exp, context.input_data<int8_t>(0), elements / count, count,
                context.output().raw(), wide);
  } else {
    for (int32_t at = 0; at < elements; at += count) {
      if (type == TensorType::kInt16) {
        Softmax16Row(*data.wide.tables, data.wide.factor, context.input_data<int16_t>(0) + at,
                     count, context.output_data<int16_t>() + at);
      } else {
        UInt8Row(data.exp, context.input_data<uint8_t>(0) + at, count,
                 context.output_data<int8_t>() + ptrdiff_t{at} * (wide ? 2 : 1), wide);
      }
    }
  }
  return Status::kOk;
}

}  // namespace

const OpRegistration kSoftmaxOp = {
    .code = BuiltinOp::kSoftmax,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
