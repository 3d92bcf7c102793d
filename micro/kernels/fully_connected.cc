#include "micro/kernels/fully_connected.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };

struct Data {
  FloatRange float_range;
  IntRange range;
  Requant requant;
  ChannelRequant by_unit;
  bool has_units_factors;
};

Status CheckShapes(const OpContext& context) {
  const Shape filter = context.input(kFilter).shape();
  MR_ENSURE(context, filter.rank == 2 && filter[1] > 0, Status::kInvalidShape,
            "the filter is not a matrix");
  const int32_t elements = context.input(kInput).elements();
  MR_ENSURE(context, elements % filter[1] == 0, Status::kInvalidShape,
            "the input does not divide into rows as long as the filter's");
  MR_ENSURE(context, int64_t{elements / filter[1]} * filter[0] == context.output().elements(),
            Status::kInvalidShape, "the output has not one element for each row and unit");
  const TensorView bias = context.optional_input(kBias);
  MR_ENSURE(context, !bias.present() || bias.elements() == filter[0], Status::kInvalidShape,
            "the bias has not one element a unit");
  return Status::kOk;
}

Status PrepareInt8(const OpContext& context, Activation activation, Data* data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output(), bias = context.optional_input(kBias);
  MR_ENSURE(context,
            filter.type() == TensorType::kInt8 && output.type() == TensorType::kInt8 &&
                (!bias.present() || bias.type() == TensorType::kInt32),
            Status::kUnsupportedType, "int8 input wants int8 filter and output and int32 bias");
  MR_TRY(QuantizedActivationRange(context, activation, output, &data->range));
  if (filter.scale_count() > 1) {
    data->has_units_factors = true;
    return data->by_unit.Prepare(context, input, filter, output, filter.dim(0));
  }
  // The product of the two scales is rounded to a float, unlike by channel.
  MR_ENSURE(context,
            RequantOf(input.scale() * filter.scale(), 1.0f, output.scale(), &data->requant),
            Status::kInvalidQuantization, "the scales of input, filter and output do not fit");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckShapes(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  const OptionsReader options = context.options();
  MR_ENSURE(context, options.Int8(FullyConnectedOptions::kWeightsFormat) == 0, Status::kUnsupported,
            "the weights are shuffled");
  const Activation activation =
      options.FusedActivation(FullyConnectedOptions::kFusedActivationFunction);
  const TensorType type = context.input(kInput).type();
  if (type == TensorType::kInt8) return PrepareInt8(context, activation, data);
  const TensorView bias = context.optional_input(kBias);
  MR_ENSURE(context,
            type == TensorType::kFloat32 && context.input(kFilter).type() == type &&
                context.output().type() == type && (!bias.present() || bias.type() == type),
            Status::kUnsupportedType, "no kernel for the types of input, filter and output");
  return FloatActivationRange(context, activation, &data->float_range);
}

void InvokeInt8(const OpContext& context, const Data& data) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output();
  const Shape shape = filter.shape();
  FullyConnectedInt8 p;
  p.depth = shape[1];
  p.units = shape[0];
  p.batches = input.elements() / p.depth;
  p.input_zero_point = input.zero_point();
  p.filter_zero_point = filter.zero_point();
  p.output_zero_point = output.zero_point();
  p.range = data.range;
  p.requant = data.requant;
  p.factors = data.has_units_factors ? data.by_unit.Get(input, filter, output)
                                     : ChannelFactors{nullptr, nullptr};
  FullyConnectedLoop(p, input.data<int8_t>(), filter.data<int8_t>(),
                     context.input_data<int32_t>(kBias), output.data<int8_t>());
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  if (context.input(kInput).type() == TensorType::kInt8) {
    InvokeInt8(context, data);
    return Status::kOk;
  }
  const Shape filter = context.input(kFilter).shape();
  const FullyConnectedFloat p = {context.input(kInput).elements() / filter[1], filter[1], filter[0],
                                 data.float_range};
  FullyConnectedLoop(p, context.input_data<float>(kInput), context.input_data<float>(kFilter),
                     context.input_data<float>(kBias), context.output_data<float>());
  return Status::kOk;
}

}  // namespace

const OpRegistration kFullyConnectedOp = {
    .code = BuiltinOp::kFullyConnected,
    .max_version = 13,
    .min_inputs = 2,
    .max_inputs = 3,
    .prepare = Prepare,
    .invoke = Invoke,
};

}  // namespace millrace::micro
