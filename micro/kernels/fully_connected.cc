#include "micro/kernels/fully_connected.h"

#include "micro/core/op_options.h"
#include "micro/kernels/common/layer_checks.h"
#include "micro/kernels/loops/dynamic_quantization.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {
namespace {

enum Inputs { kInput, kFilter, kBias };

// Op data. What loops take is made in Prepare, so that little is left for Invoke.
struct Data {
  TensorType input_type;
  TensorType filter_type;
  TensorType bias_type;  // of int16
  bool asymmetric;       // a hybrid's quantisation
};

struct QuantizedData : Data {
  FullyConnectedQuantized p;
  ChannelRequant* by_unit;  // nullptr: one factor for all units
};

struct FloatData : Data {
  FloatRange range;
  int8_t* quantized;  // of a hybrid: room for a row
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

// Whether sums of int16 without a bias have 32 bits.
bool NarrowWithout(const OpContext& context) {
  return context.options().Type(FullyConnectedOptions::kQuantizedBiasType) == TensorType::kInt32;
}

Status PrepareQuantized(const OpContext& context, Activation activation) {
  const TensorView input = context.input(kInput), filter = context.input(kFilter);
  const TensorView output = context.output(), bias = context.optional_input(kBias);
  const bool wide = input.type() == TensorType::kInt16;
  MR_ENSURE(context,
            output.type() == input.type() && AreWeightsOf(input.type(), filter.type()) &&
                (!bias.present() || bias.type() == TensorType::kInt32 ||
                 (wide && bias.type() == TensorType::kInt64)),
            Status::kUnsupportedType, "no kernel for the types of input, filter, bias and output");
  QuantizedData* data;
  MR_TRY(context.NewData(&data));
  data->bias_type = bias.present()           ? bias.type()
                    : NarrowWithout(context) ? TensorType::kInt32
                                             : TensorType::kInt64;
  data->input_type = input.type();
  data->filter_type = filter.type();
  FullyConnectedQuantized& p = data->p;
  p.units = filter.dim(0);
  p.depth = filter.dim(1);
  p.batches = input.elements() / p.depth;
  p.input_zero_point = input.zero_point();
  p.filter_zero_point = filter.zero_point();
  p.output_zero_point = output.zero_point();
  MR_TRY(QuantizedActivationRange(context, activation, output, &p.range));
  MR_TRY(CheckZeroPoints(context, input, output));
  if (filter.type() == TensorType::kUInt8) MR_TRY(CheckZeroPoints(context, filter, output));
  if (wide) MR_TRY(CheckScalesOfInt16(context, input, filter, output));
  if (filter.scale_count() > 1) {
    MR_ENSURE(context, filter.quantized_dimension() == 0, Status::kInvalidQuantization,
              "the filter's scales are not those of units");
    MR_TRY(context.AllocateArray(1, &data->by_unit));
    return data->by_unit->Prepare(context, input, filter, output, p.units);
  }
  // The product of the two scales is rounded to a float, unlike by channel.
  MR_ENSURE(context, RequantOf(input.scale() * filter.scale(), 1.0f, output.scale(), &p.requant),
            Status::kInvalidQuantization, "the scales of input, filter and output do not fit");
  return Status::kOk;
}

Status PrepareFloat(const OpContext& context, Activation activation) {
  const TensorView filter = context.input(kFilter), bias = context.optional_input(kBias);
  const TensorType type = TensorType::kFloat32;
  MR_ENSURE(context,
            context.input(kInput).type() == type && context.output().type() == type &&
                (filter.type() == type || IsNarrow(filter.type()) ||
                 filter.type() == TensorType::kUInt8) &&
                (!bias.present() || bias.type() == type),
            Status::kUnsupportedType, "no kernel for the types of input, filter, bias and output");
  FloatData* data;
  MR_TRY(context.NewData(&data));
  data->input_type = type;
  data->filter_type = filter.type();
  MR_TRY(FloatActivationRange(context, activation, &data->range));
  if (filter.type() == type) return Status::kOk;
  const int count = filter.scale_count();
  MR_ENSURE(context,
            AreHybridWeights(filter) &&
                (count == 1 || (count == filter.dim(0) && filter.quantized_dimension() == 0)),
            Status::kInvalidQuantization,
            "the filter has neither one scale nor one a unit, or zero points");
  data->asymmetric = context.options().Bool(FullyConnectedOptions::kAsymmetricQuantizeInputs);
  return context.RequestScratch(static_cast<size_t>(filter.dim(1)), &data->quantized);
}

Status Prepare(OpContext& context) {
  MR_TRY(CheckShapes(context));
  const OptionsReader options = context.options();
  MR_ENSURE(context, options.Int8(FullyConnectedOptions::kWeightsFormat) == 0, Status::kUnsupported,
            "the weights are shuffled");
  const Activation activation =
      options.FusedActivation(FullyConnectedOptions::kFusedActivationFunction);
  const TensorType type = context.input(kInput).type();
  return type == TensorType::kFloat32 ? PrepareFloat(context, activation)
                                      : PrepareQuantized(context, activation);
}

void InvokeQuantized(const OpContext& context) {
  auto& data = context.data<QuantizedData>();
  FullyConnectedQuantized& p = data.p;
  if (data.by_unit != nullptr) {
    p.factors = data.by_unit->Get(context.input(kInput), context.input(kFilter), context.output());
  }
  if (data.input_type == TensorType::kInt16) {
    FullyConnectedInt16Loop(p, context.input_data<int16_t>(kInput),
                            context.input_data<int8_t>(kFilter), context.input_data<uint8_t>(kBias),
                            data.bias_type, context.output_data<int16_t>());
  } else if (data.input_type == TensorType::kUInt8) {
    FullyConnectedUInt8Loop(p, context.input_data<uint8_t>(kInput),
                            context.input_data<uint8_t>(kFilter),
                            context.input_data<int32_t>(kBias), context.output_data<uint8_t>());
  } else if (data.filter_type == TensorType::kInt4) {
    FullyConnectedInt4Loop(p, context.input_data<int8_t>(kInput),
                           context.input_data<uint8_t>(kFilter), context.input_data<int32_t>(kBias),
                           context.output_data<int8_t>());
  } else {
    FullyConnectedLoop(p, context.input_data<int8_t>(kInput), context.input_data<int8_t>(kFilter),
                       context.input_data<int32_t>(kBias), context.output_data<int8_t>());
  }
}

void InvokeHybrid(const OpContext& context, const FullyConnectedFloat& f) {
  const auto& data = context.data<FloatData>();
  const TensorView filter = context.input(kFilter);
  FullyConnectedHybrid p = {
      f.depth, f.units, f.range, 0.0f, 0, filter.scales(), filter.scale_count() > 1};
  const float* input = context.input_data<float>(kInput);
  float* output = context.output_data<float>();
  for (int32_t b = 0; b < f.batches; ++b, input += f.depth, output += f.units) {
    const DynamicScale scale = data.asymmetric ? QuantizeAsymmetric(input, f.depth, data.quantized)
                                               : QuantizeSymmetric(input, f.depth, data.quantized);
    p.input_scale = scale.scale;
    p.input_zero_point = scale.zero_point;
    FullyConnectedLoop(p, data.quantized, filter.raw(), HybridType(filter),
                       context.input_data<float>(kBias), output);
  }
}

Status Invoke(OpContext& context) {
  const Data& data = context.data<Data>();
  if (data.input_type != TensorType::kFloat32) {
    InvokeQuantized(context);
    return Status::kOk;
  }
  const TensorView filter = context.input(kFilter);
  const Shape shape = filter.shape();
  const FullyConnectedFloat p = {context.input(kInput).elements() / shape[1], shape[1], shape[0],
                                 context.data<FloatData>().range};
  if (data.filter_type != TensorType::kFloat32) {
    InvokeHybrid(context, p);
  } else {
    FullyConnectedLoop(p, context.input_data<float>(kInput), filter.data<float>(),
                       context.input_data<float>(kBias), context.output_data<float>());
  }
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
