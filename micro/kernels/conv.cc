#include "micro/kernels/conv.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/layer_checks.h"
#include "micro/kernels/common/padding.h"
#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/dynamic_quantization.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };

// What the two kinds of convolution differ in.
struct Kind {
  int filter_output_dimension;
  decltype(&ConvScratchBytes) scratch_bytes;
  void (*int8)(const ConvQuantized&, const int8_t*, const int8_t*, const int32_t*, int8_t*);
  decltype(&ConvInt4Loop) int4;
  decltype(&ConvUInt8Loop) uint8;
  decltype(&ConvInt16Loop) int16;
  void (*floats)(const ConvFloat&, const float*, const float*, const float*, float*);
  void (*hybrid)(const ConvHybrid&, const int8_t*, const void*, TensorType, const float*, float*);
};
constexpr Kind kConv = {
    0, ConvScratchBytes, ConvLoop, ConvInt4Loop, ConvUInt8Loop, ConvInt16Loop, ConvLoop, ConvLoop};
constexpr Kind kDepthwise = {3,
                             DepthwiseConvScratchBytes,
                             DepthwiseConvLoop,
                             DepthwiseConvInt4Loop,
                             DepthwiseConvUInt8Loop,
                             DepthwiseConvInt16Loop,
                             DepthwiseConvLoop,
                             DepthwiseConvLoop};

struct Data {
  union {
    IntRange range;
    FloatRange float_range;
  };
  ChannelRequant by_channel;  // unless float
  void* scratch;              // of the loop; the quantised input of a hybrid
  int32_t padding_top, padding_left;
  uint16_t stride_height, stride_width;
  uint16_t dilation_height, dilation_width;
  TensorType bias_type;  // of int16
};

// REQUIRES: shapes were checked.
ConvShape ShapeOf(const OpContext& context, const Data& data) {
  const Shape in = context.input(kInput).shape(), filter = context.input(kFilter).shape();
  const Shape out = context.output().shape();
  return {in[0],
          in[1],
          in[2],
          in[3],
          out[1],
          out[2],
          out[3],
          filter[1],
          filter[2],
          filter[3],
          data.stride_height,
          data.stride_width,
          data.dilation_height,
          data.dilation_width,
          data.padding_top,
          data.padding_left};
}

Status CheckShapes(const OpContext& context, const Kind& kind) {
  const Shape in = context.input(kInput).shape(), filter = context.input(kFilter).shape();
  const Shape out = context.output().shape();
  MR_ENSURE(context, in.rank == 4 && filter.rank == 4 && out.rank == 4, Status::kInvalidShape,
            "input, filter and output want 4 dimensions");
  MR_ENSURE(context, in.elements() > 0 && filter.elements() > 0 && out.elements() > 0,
            Status::kInvalidShape, "input, filter or output is empty");
  const int32_t channels = filter[kind.filter_output_dimension];
  MR_ENSURE(context, out[0] == in[0] && out[3] == channels, Status::kInvalidShape,
            "the output has not the input's batches and the filter's channels");
  if (kind.filter_output_dimension == 0) {
    MR_ENSURE(context, in[3] % filter[3] == 0 && channels % (in[3] / filter[3]) == 0,
              Status::kInvalidShape, "the channels do not divide into the filter's groups");
  } else {
    MR_ENSURE(context, filter[0] == 1 && channels % in[3] == 0, Status::kInvalidShape,
              "the filter's channels are no multiple of the input's");
  }
  const TensorView bias = context.optional_input(kBias);
  MR_ENSURE(context, !bias.present() || bias.elements() == channels, Status::kInvalidShape,
            "the bias has not one element an output channel");
  return Status::kOk;
}

Status PrepareWindow(const OpContext& context, Padding padding, const Window& window,
                     int32_t output, int32_t* before, uint16_t* stride, uint16_t* dilation) {
  MR_ENSURE(context, window.IsSound() && window.dilation <= UINT16_MAX, Status::kInvalidShape,
            "a stride or dilation is not positive or too large");
  MR_ENSURE(context, OutputSize(padding, window) == output, Status::kInvalidShape,
            "the output has not the size that input, filter, stride and padding give");
  *before = PaddingBefore(padding, window, output);
  *stride = static_cast<uint16_t>(window.stride);
  *dilation = static_cast<uint16_t>(window.dilation);
  return Status::kOk;
}

// no_bias: what an absent bias counts as.
Status PrepareQuantized(const OpContext& context, const Kind& kind, Activation activation,
                        TensorType no_bias, Data* data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output(), bias = context.optional_input(kBias);
  const bool wide = input.type() == TensorType::kInt16;
  MR_ENSURE(context,
            output.type() == input.type() && AreWeightsOf(input.type(), filter.type()) &&
                (!bias.present() || bias.type() == TensorType::kInt32 ||
                 (wide && bias.type() == TensorType::kInt64)),
            Status::kUnsupportedType, "no kernel for the types of input, filter, bias and output");
  MR_TRY(QuantizedActivationRange(context, activation, output, &data->range));
  MR_TRY(CheckZeroPoints(context, input, output));
  if (filter.type() == TensorType::kUInt8) MR_TRY(CheckZeroPoints(context, filter, output));
  const int32_t channels = output.dim(3);
  MR_ENSURE(
      context,
      filter.scale_count() <= 1 || filter.quantized_dimension() == kind.filter_output_dimension,
      Status::kInvalidQuantization, "the filter's scales are not those of output channels");
  MR_TRY(data->by_channel.Prepare(context, input, filter, output, channels));
  data->bias_type = bias.present() ? bias.type() : no_bias;
  if (wide) return CheckScalesOfInt16(context, input, filter, output);
  if (filter.type() != TensorType::kInt8) return Status::kOk;
  const size_t bytes = kind.scratch_bytes(ShapeOf(context, *data));
  return bytes == 0 ? Status::kOk : context.RequestScratch(bytes, &data->scratch);
}

Status PrepareFloat(const OpContext& context, const Kind& kind, Activation activation, Data* data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView bias = context.optional_input(kBias);
  const TensorType type = TensorType::kFloat32;
  MR_ENSURE(context,
            input.type() == type && context.output().type() == type &&
                (!bias.present() || bias.type() == type) &&
                (filter.type() == type || IsNarrow(filter.type()) ||
                 (filter.type() == TensorType::kUInt8 && &kind == &kConv)),
            Status::kUnsupportedType, "no kernel for the types of input, filter, bias and output");
  MR_TRY(FloatActivationRange(context, activation, &data->float_range));
  if (filter.type() == type) return Status::kOk;
  const int count = filter.scale_count();
  MR_ENSURE(context,
            AreHybridWeights(filter) &&
                (count == 1 || (count == context.output().dim(3) &&
                                filter.quantized_dimension() == kind.filter_output_dimension)),
            Status::kInvalidQuantization,
            "the filter has neither one scale nor one an output channel, or zero points");
  const int32_t batch = input.elements() / input.dim(0);
  return context.RequestScratch(static_cast<size_t>(batch), &data->scratch);
}

// The fields of the two options tables that lie at different places.
struct OptionFields {
  int activation, dilation_width, dilation_height;
  int bias_type;  // -1: there is none
};

TensorType NoBias(const OptionsReader& options, int field) {
  return field >= 0 && options.Type(field) == TensorType::kInt32 ? TensorType::kInt32
                                                                 : TensorType::kInt64;
}

Status Prepare(const OpContext& context, const Kind& kind, const OptionFields& fields) {
  MR_TRY(CheckShapes(context, kind));
  Data* data;
  MR_TRY(context.NewData(&data));
  const OptionsReader options = context.options();
  const Padding padding = options.PaddingOf(Conv2DOptions::kPadding);
  const Shape in = context.input(kInput).shape(), filter = context.input(kFilter).shape();
  const Shape out = context.output().shape();
  const Window rows = {in[1], filter[1], options.Int32(Conv2DOptions::kStrideH),
                       options.Int32(fields.dilation_height, 1)};
  const Window columns = {in[2], filter[2], options.Int32(Conv2DOptions::kStrideW),
                          options.Int32(fields.dilation_width, 1)};
  MR_TRY(PrepareWindow(context, padding, rows, out[1], &data->padding_top, &data->stride_height,
                       &data->dilation_height));
  MR_TRY(PrepareWindow(context, padding, columns, out[2], &data->padding_left, &data->stride_width,
                       &data->dilation_width));
  const Activation activation = options.FusedActivation(fields.activation);
  const TensorType type = context.input(kInput).type();
  return type == TensorType::kFloat32
             ? PrepareFloat(context, kind, activation, data)
             : PrepareQuantized(context, kind, activation, NoBias(options, fields.bias_type), data);
}

void InvokeQuantized(const OpContext& context, const Kind& kind, const Data& data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output();
  const ConvQuantized p = {ShapeOf(context, data),
                           input.zero_point(),
                           output.zero_point(),
                           data.range,
                           data.by_channel.Get(input, filter, output),
                           data.scratch};
  if (input.type() == TensorType::kInt16) {
    kind.int16(p, input.data<int16_t>(), filter.data<int8_t>(), context.input_data<void>(kBias),
               data.bias_type, output.data<int16_t>());
  } else if (input.type() == TensorType::kUInt8) {
    kind.uint8(p, input.data<uint8_t>(), filter.data<uint8_t>(), filter.zero_point(),
               context.input_data<int32_t>(kBias), output.data<uint8_t>());
  } else if (filter.type() == TensorType::kInt4) {
    kind.int4(p, input.data<int8_t>(), filter.data<uint8_t>(), context.input_data<int32_t>(kBias),
              output.data<int8_t>());
  } else {
    kind.int8(p, input.data<int8_t>(), filter.data<int8_t>(), context.input_data<int32_t>(kBias),
              output.data<int8_t>());
  }
}

void InvokeHybrid(const OpContext& context, const Kind& kind, const Data& data) {
  const TensorView filter = context.input(kFilter);
  ConvHybrid p = {ShapeOf(context, data),
                  data.float_range,
                  0.0f,
                  0,
                  filter.scales(),
                  filter.scale_count() > 1 && filter.type() != TensorType::kUInt8};
  const int32_t batch = context.input(kInput).elements() / p.shape.batches;
  const int32_t output_batch = context.output().elements() / p.shape.batches;
  const float* input = context.input_data<float>(kInput);
  float* output = context.output_data<float>();
  auto* quantized = static_cast<int8_t*>(data.scratch);
  const bool symmetric = !p.by_channel && &kind == &kConv;
  const int32_t batches = p.shape.batches;
  p.shape.batches = 1;
  for (int32_t b = 0; b < batches; ++b, input += batch, output += output_batch) {
    const DynamicScale scale = symmetric ? QuantizeSymmetric(input, batch, quantized)
                                         : QuantizeAsymmetric(input, batch, quantized);
    p.input_scale = scale.scale;
    p.input_zero_point = scale.zero_point;
    kind.hybrid(p, quantized, filter.raw(), HybridType(filter), context.input_data<float>(kBias),
                output);
  }
}

Status Invoke(const OpContext& context, const Kind& kind) {
  const Data& data = context.data<Data>();
  if (context.input(kInput).type() != TensorType::kFloat32) {
    InvokeQuantized(context, kind, data);
  } else if (context.input(kFilter).type() != TensorType::kFloat32) {
    InvokeHybrid(context, kind, data);
  } else {
    kind.floats({ShapeOf(context, data), data.float_range}, context.input_data<float>(kInput),
                context.input_data<float>(kFilter), context.input_data<float>(kBias),
                context.output_data<float>());
  }
  return Status::kOk;
}

Status PrepareConv(OpContext& context) {
  return Prepare(context, kConv,
                 {Conv2DOptions::kFusedActivationFunction, Conv2DOptions::kDilationWFactor,
                  Conv2DOptions::kDilationHFactor, Conv2DOptions::kQuantizedBiasType});
}
Status InvokeConv(OpContext& context) { return Invoke(context, kConv); }

Status PrepareDepthwise(OpContext& context) {
  return Prepare(
      context, kDepthwise,
      {DepthwiseConv2DOptions::kFusedActivationFunction, DepthwiseConv2DOptions::kDilationWFactor,
       DepthwiseConv2DOptions::kDilationHFactor, -1});
}
Status InvokeDepthwise(OpContext& context) { return Invoke(context, kDepthwise); }

}  // namespace

ConvFloat FloatConvOf(const OpContext& context) {
  const Data& data = context.data<Data>();
  return {ShapeOf(context, data), data.float_range};
}

const OpRegistration kConv2DOp = {
    .code = BuiltinOp::kConv2D,
    .max_version = 8,
    .min_inputs = 2,
    .max_inputs = 3,
    .prepare = PrepareConv,
    .invoke = InvokeConv,
};

const OpRegistration kDepthwiseConv2DOp = {
    .code = BuiltinOp::kDepthwiseConv2D,
    .max_version = 7,
    .min_inputs = 2,
    .max_inputs = 3,
    .prepare = PrepareDepthwise,
    .invoke = InvokeDepthwise,
};

}  // namespace millrace::micro
