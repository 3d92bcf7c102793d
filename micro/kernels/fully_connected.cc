#include "micro/kernels/fully_connected.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };

// Op data is what the loop takes, so that invoke has next to nothing to do.
struct Int8Data {
  FullyConnectedInt8 p;
  ChannelRequant* by_unit;  // nullptr: one factor for all units
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

Status PrepareInt8(const OpContext& context, Activation activation) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output(), bias = context.optional_input(kBias);
  MR_ENSURE(context,
            filter.type() == TensorType::kInt8 && output.type() == TensorType::kInt8 &&
                (!bias.present() || bias.type() == TensorType::kInt32),
            Status::kUnsupportedType, "int8 input wants int8 filter and output and int32 bias");
  Int8Data* data;
  MR_TRY(context.NewData(&data));
  FullyConnectedInt8& p = data->p;
  p.units = filter.dim(0);
  p.depth = filter.dim(1);
  p.batches = input.elements() / p.depth;
  p.input_zero_point = input.zero_point();
  p.filter_zero_point = filter.zero_point();
  p.output_zero_point = output.zero_point();
  MR_TRY(QuantizedActivationRange(context, activation, output, &p.range));
  if (filter.scale_count() > 1) {
    MR_TRY(context.AllocateArray(1, &data->by_unit));
    return data->by_unit->Prepare(context, input, filter, output, p.units);
  }
  // The product of the two scales is rounded to a float, unlike by channel.
  MR_ENSURE(context, RequantOf(input.scale() * filter.scale(), 1.0f, output.scale(), &p.requant),
            Status::kInvalidQuantization, "the scales of input, filter and output do not fit");
  return Status::kOk;
}

Status PrepareFloat(const OpContext& context, Activation activation) {
  FullyConnectedFloat* p;
  MR_TRY(context.NewData(&p));
  const Shape filter = context.input(kFilter).shape();
  p->units = filter[0];
  p->depth = filter[1];
  p->batches = context.input(kInput).elements() / p->depth;
  return FloatActivationRange(context, activation, &p->range);
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckShapes(context));
  const OptionsReader options = context.options();
  MR_ENSURE(context, options.Int8(FullyConnectedOptions::kWeightsFormat) == 0, Status::kUnsupported,
            "the weights are shuffled");
  const Activation activation =
      options.FusedActivation(FullyConnectedOptions::kFusedActivationFunction);
  const TensorType type = context.input(kInput).type();
  if (type == TensorType::kInt8) return PrepareInt8(context, activation);
  const TensorView bias = context.optional_input(kBias);
  MR_ENSURE(context,
            type == TensorType::kFloat32 && context.input(kFilter).type() == type &&
                context.output().type() == type && (!bias.present() || bias.type() == type),
            Status::kUnsupportedType, "no kernel for the types of input, filter and output");
  return PrepareFloat(context, activation);
}

Status Invoke(OpContext& context) {
  if (context.input(kInput).type() == TensorType::kFloat32) {
    FullyConnectedLoop(context.data<FullyConnectedFloat>(), context.input_data<float>(kInput),
                       context.input_data<float>(kFilter), context.input_data<float>(kBias),
                       context.output_data<float>());
    return Status::kOk;
  }
  Int8Data& data = context.data<Int8Data>();
  if (data.by_unit != nullptr) {
    data.p.factors =
        data.by_unit->Get(context.input(kInput), context.input(kFilter), context.output());
  }
  FullyConnectedLoop(data.p, context.input_data<int8_t>(kInput),
                     context.input_data<int8_t>(kFilter), context.input_data<int32_t>(kBias),
                     context.output_data<int8_t>());
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
