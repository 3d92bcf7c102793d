#include "micro/kernels/transpose_conv.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/layer_checks.h"
#include "micro/kernels/common/padding.h"
#include "micro/kernels/loops/dynamic_quantization.h"
#include "micro/kernels/loops/transpose_conv.h"

namespace millrace::micro {
namespace {

enum Inputs { kOutputShape, kFilter, kInput, kBias };

struct Data {
  FloatRange float_range;
  union {
    IntRange range;
    int8_t* quantized;  // of a hybrid: room for one batch
  };
  ChannelRequant factors;
  Padding padding;
  int32_t stride_x;
  int32_t stride_y;
};

// The convolution whose transpose this is goes from the output to the input.
Window WindowOf(const OpContext& context, int axis, int32_t stride) {
  Window window;
  window.input = context.output().dim(axis);
  window.filter = context.input(kFilter).dim(axis);
  window.stride = stride;
  return window;
}

TransposeConvAxis AxisOf(const OpContext& context, int axis, int32_t stride, Padding padding) {
  const Window w = WindowOf(context, axis, stride);
  return {context.input(kInput).dim(axis), w.input, w.filter, stride,
          PaddingBefore(padding, w, OutputSize(padding, w))};
}

TransposeConvShape ShapeOf(const OpContext& context, const Data& data) {
  const Shape input = context.input(kInput).shape();
  return {input[0], input[3], context.output().dim(3),
          AxisOf(context, 1, data.stride_y, data.padding),
          AxisOf(context, 2, data.stride_x, data.padding)};
}

Status CheckShapes(const OpContext& context, const Data& data) {
  const Shape input = context.input(kInput).shape(), filter = context.input(kFilter).shape();
  const Shape output = context.output().shape();
  MR_ENSURE(context, input.rank == 4 && filter.rank == 4 && output.rank == 4, Status::kInvalidShape,
            "input, filter and output have not four dimensions");
  MR_ENSURE(context, input[3] == filter[3], Status::kInvalidShape,
            "the filter's depth is not the input's");
  MR_ENSURE(context, output[3] == filter[0] && output[0] == input[0], Status::kInvalidShape,
            "the output has not the input's batch and the filter's channels");
  MR_ENSURE(context,
            WindowOf(context, 1, data.stride_y).IsSound() &&
                WindowOf(context, 2, data.stride_x).IsSound() && input[1] > 0 && input[2] > 0,
            Status::kInvalidShape, "sizes or strides are not positive, or too large");
  const TensorView bias = context.optional_input(kBias);
  MR_ENSURE(context, !bias.present() || bias.elements() == filter[0], Status::kInvalidShape,
            "the bias has not one element a channel");
  return Status::kOk;
}

Status PrepareInt(const OpContext& context, Activation activation, Data* data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView bias = context.optional_input(kBias), output = context.output();
  const bool is_int16 = input.type() == TensorType::kInt16;
  MR_ENSURE(
      context,
      filter.type() != TensorType::kInt4 && AreWeightsOf(input.type(), filter.type()) &&
          output.type() == input.type() &&
          (!bias.present() || bias.type() == TensorType::kInt32 ||
           (is_int16 && bias.type() == TensorType::kInt64)),
      Status::kUnsupportedType,
      "integer input wants an int8 filter (uint8: uint8), an output of its type and int32 bias");
  const bool is_uint8 = input.type() == TensorType::kUInt8;
  if (is_uint8) MR_TRY(CheckZeroPoints(context, filter, output));
  MR_ENSURE(context,
            (is_uint8 || filter.is_symmetric()) &&
                (!is_int16 || (input.is_symmetric() && output.is_symmetric())),
            Status::kInvalidQuantization, "the filter (or an int16 tensor) has a zero point");
  MR_TRY(QuantizedActivationRange(context, activation, output, &data->range));
  MR_TRY(data->factors.Prepare(context, input, filter, output, filter.dim(0)));
  for (int c = 0; is_int16 && c < filter.scale_count(); ++c) {
    Requant requant;
    RequantOf(input.scale(), filter.scales()[c], output.scale(), &requant);
    MR_ENSURE(context, requant.shift <= 7, Status::kInvalidQuantization,
              "the scales of int16 tensors do not fit");
  }
  return Status::kOk;
}

Status PrepareFloat(const OpContext& context, Activation activation, Data* data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView bias = context.optional_input(kBias);
  const TensorType type = TensorType::kFloat32;
  MR_ENSURE(context,
            input.type() == type && (filter.type() == type || filter.type() == TensorType::kInt8) &&
                context.output().type() == type && (!bias.present() || bias.type() == type),
            Status::kUnsupportedType, "no kernel for the types of input, filter and output");
  MR_TRY(FloatActivationRange(context, activation, &data->float_range));
  if (filter.type() == type) return Status::kOk;
  const int count = filter.scale_count();
  MR_ENSURE(context,
            AreHybridWeights(filter) &&
                (count == 1 || (count == filter.dim(0) && filter.quantized_dimension() == 0)),
            Status::kInvalidQuantization,
            "the filter has neither one scale nor one a channel, or zero points");
  return context.RequestScratch(static_cast<size_t>(input.elements() / input.dim(0)),
                                &data->quantized);
}

Status Prepare(OpContext& context) {
  Data* data;
  MR_TRY(context.NewData(&data));
  const OptionsReader options = context.options();
  data->padding = options.PaddingOf(TransposeConvOptions::kPadding);
  data->stride_x = options.Int32(TransposeConvOptions::kStrideW);
  data->stride_y = options.Int32(TransposeConvOptions::kStrideH);
  MR_TRY(CheckShapes(context, *data));
  const Activation activation =
      options.FusedActivation(TransposeConvOptions::kFusedActivationFunction);
  const TensorType type = context.input(kInput).type();
  if (type == TensorType::kInt8 || type == TensorType::kUInt8 || type == TensorType::kInt16) {
    return PrepareInt(context, activation, data);
  }
  return PrepareFloat(context, activation, data);
}

void InvokeHybrid(const OpContext& context, const Data& data, const TransposeConvShape& shape) {
  const TensorView filter = context.input(kFilter);
  TransposeConvHybrid p = {shape, data.float_range, 0.0f,
                           0,     filter.scales(),  filter.scale_count() > 1};
  p.shape.batches = 1;
  const int32_t batch = context.input(kInput).elements() / shape.batches;
  const int32_t output_batch = context.output().elements() / shape.batches;
  const float* input = context.input_data<float>(kInput);
  float* output = context.output_data<float>();
  for (int32_t b = 0; b < shape.batches; ++b, input += batch, output += output_batch) {
    const DynamicScale scale = QuantizeAsymmetric(input, batch, data.quantized);
    p.input_scale = scale.scale;
    p.input_zero_point = scale.zero_point;
    TransposeConvLoop(p, data.quantized, filter.data<int8_t>(), context.input_data<float>(kBias),
                      output);
  }
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output(), bias = context.optional_input(kBias);
  // Rows without columns may be as many as a size can say.
  if (output.elements() == 0) return Status::kOk;
  const TransposeConvShape shape = ShapeOf(context, data);
  if (input.type() == TensorType::kFloat32 && filter.type() != TensorType::kFloat32) {
    InvokeHybrid(context, data, shape);
    return Status::kOk;
  }
  if (input.type() == TensorType::kFloat32) {
    TransposeConvLoop({shape, data.float_range}, input.data<float>(), filter.data<float>(),
                      bias.data<float>(), output.data<float>());
    return Status::kOk;
  }
  const TransposeConvInt p = {shape, input.zero_point(), output.zero_point(), data.range,
                              data.factors.Get(input, filter, output)};
  if (input.type() == TensorType::kInt8) {
    TransposeConvLoop(p, input.data<int8_t>(), filter.data<int8_t>(), bias.data<int32_t>(),
                      output.data<int8_t>());
  } else if (input.type() == TensorType::kUInt8) {
    TransposeConvUInt8Loop(p, input.data<uint8_t>(), filter.data<uint8_t>(), filter.zero_point(),
                           bias.data<int32_t>(), output.data<uint8_t>());
  } else {
    TransposeConvInt16Loop(p, input.data<int16_t>(), filter.data<int8_t>(), bias.data<void>(),
                           bias.present() ? bias.type() : TensorType::kInt32,
                           output.data<int16_t>());
  }
  return Status::kOk;
}

}  // namespace

TransposeConvFloat FloatTransposeConvOf(const OpContext& context) {
  const Data& data = context.data<Data>();
  return {ShapeOf(context, data), data.float_range};
}

const OpRegistration kTransposeConvOp = {
    .code = BuiltinOp::kTransposeConv,
    .max_version = 5,
    .min_inputs = 3,
    .max_inputs = 4,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
