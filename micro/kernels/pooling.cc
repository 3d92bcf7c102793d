#include "micro/kernels/pooling.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/padding.h"
#include "micro/kernels/loops/pool.h"

namespace millrace::micro {
namespace {

struct Data {
  union {
    IntRange range;
    FloatRange float_range;
  };
  int32_t filter_height, filter_width;
  int32_t padding_top, padding_left;
  uint16_t stride_height, stride_width;
};

PoolShape ShapeOf(const OpContext& context, const Data& data) {
  const Shape in = context.input(0).shape(), out = context.output().shape();
  return {in[0],
          in[1],
          in[2],
          out[1],
          out[2],
          in[3],
          data.filter_height,
          data.filter_width,
          data.stride_height,
          data.stride_width,
          data.padding_top,
          data.padding_left};
}

Status PrepareWindow(const OpContext& context, Padding padding, const Window& window,
                     int32_t output, int32_t* before, uint16_t* stride) {
  MR_ENSURE(context, window.IsSound(), Status::kInvalidShape,
            "a filter's size or stride is not positive or too large");
  MR_ENSURE(context, OutputSize(padding, window) == output, Status::kInvalidShape,
            "the output has not the size that input, filter, stride and padding give");
  *before = PaddingBefore(padding, window, output);
  *stride = static_cast<uint16_t>(window.stride);
  return Status::kOk;
}

Status PrepareShape(const OpContext& context, Data* data) {
  const Shape in = context.input(0).shape(), out = context.output().shape();
  MR_ENSURE(context, in.rank == 4 && out.rank == 4, Status::kInvalidShape,
            "input and output want 4 dimensions");
  MR_ENSURE(context, in.elements() > 0 && in[0] == out[0] && in[3] == out[3], Status::kInvalidShape,
            "the output has not the input's batches and channels");
  const OptionsReader options = context.options();
  data->filter_height = options.Int32(Pool2DOptions::kFilterHeight);
  data->filter_width = options.Int32(Pool2DOptions::kFilterWidth);
  const Padding padding = options.PaddingOf(Pool2DOptions::kPadding);
  MR_TRY(PrepareWindow(context, padding,
                       {in[1], data->filter_height, options.Int32(Pool2DOptions::kStrideH)}, out[1],
                       &data->padding_top, &data->stride_height));
  return PrepareWindow(context, padding,
                       {in[2], data->filter_width, options.Int32(Pool2DOptions::kStrideW)}, out[2],
                       &data->padding_left, &data->stride_width);
}

Status PrepareFloat(OpContext& context, Data** data) {
  MR_TRY(context.NewData(data));
  MR_TRY(PrepareShape(context, *data));
  MR_ENSURE(context,
            context.input(0).type() == TensorType::kFloat32 &&
                context.output().type() == TensorType::kFloat32,
            Status::kUnsupportedType, "no kernel for the types of input and output");
  return FloatActivationRange(
      context, context.options().FusedActivation(Pool2DOptions::kFusedActivationFunction),
      &(*data)->float_range);
}

Status Prepare(OpContext& context) {
  const TensorType type = context.input(0).type();
  Data* data;
  if (type != TensorType::kInt8 && type != TensorType::kUInt8 && type != TensorType::kInt16) {
    return PrepareFloat(context, &data);
  }
  MR_TRY(context.NewData(&data));
  MR_TRY(PrepareShape(context, data));
  MR_ENSURE(context, context.output().type() == type, Status::kUnsupportedType,
            "the output's type is not the input's");
  return QuantizedActivationRange(
      context, context.options().FusedActivation(Pool2DOptions::kFusedActivationFunction),
      context.output(), &data->range);
}

Status PrepareL2(OpContext& context) {
  Data* data;
  return PrepareFloat(context, &data);
}

Status InvokeAverage(OpContext& context) {
  const Data& data = context.data<Data>();
  const PoolShape shape = ShapeOf(context, data);
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      AveragePoolLoop(shape, data.range, context.input_data<int8_t>(0),
                      context.output_data<int8_t>());
      return Status::kOk;
    case TensorType::kUInt8:
      AveragePoolLoop(shape, data.range, context.input_data<uint8_t>(0),
                      context.output_data<uint8_t>());
      return Status::kOk;
    case TensorType::kInt16:
      AveragePoolLoop(shape, data.range, context.input_data<int16_t>(0),
                      context.output_data<int16_t>());
      return Status::kOk;
    default:
      AveragePoolLoop(shape, data.float_range, context.input_data<float>(0),
                      context.output_data<float>());
      return Status::kOk;
  }
}

Status InvokeMax(OpContext& context) {
  const Data& data = context.data<Data>();
  const PoolShape shape = ShapeOf(context, data);
  switch (context.input(0).type()) {
    case TensorType::kInt8:
      MaxPoolLoop(shape, data.range, context.input_data<int8_t>(0), context.output_data<int8_t>());
      return Status::kOk;
    case TensorType::kUInt8:
      MaxPoolLoop(shape, data.range, context.input_data<uint8_t>(0),
                  context.output_data<uint8_t>());
      return Status::kOk;
    case TensorType::kInt16:
      MaxPoolLoop(shape, data.range, context.input_data<int16_t>(0),
                  context.output_data<int16_t>());
      return Status::kOk;
    default:
      MaxPoolLoop(shape, data.float_range, context.input_data<float>(0),
                  context.output_data<float>());
      return Status::kOk;
  }
}

Status InvokeL2(OpContext& context) {
  const Data& data = context.data<Data>();
  L2PoolLoop(ShapeOf(context, data), data.float_range, context.input_data<float>(0),
             context.output_data<float>());
  return Status::kOk;
}

}  // namespace

const OpRegistration kAveragePool2DOp = {
    .code = BuiltinOp::kAveragePool2D,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = InvokeAverage,
};

const OpRegistration kMaxPool2DOp = {
    .code = BuiltinOp::kMaxPool2D,
    .max_version = 3,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = Prepare,
    .invoke = InvokeMax,
};

const OpRegistration kL2Pool2DOp = {
    .code = BuiltinOp::kL2Pool2D,
    .max_version = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .prepare = PrepareL2,
    .invoke = InvokeL2,
};

}  // namespace millrace::micro
