#include "micro/kernels/rnn.h"

#include <initializer_list>

#include "micro/core/op_options.h"
#include "micro/kernels/loops/float_layers.h"

namespace millrace::micro {
namespace {

// Of a layer, from its first input on.
enum LayerInputs { kWeights, kRecurrent, kBias, kHidden, kLayerInputs };
// Of the two-directional op.
enum Inputs {
  kInput = 0,
  kForward = 1,
  kBackward = 5,
  kAux = 9,
  kForwardAux = 10,
  kBackwardAux = 11
};

struct Data {
  int8_t* quantized;
  Activation activation;
  bool asymmetric;
  bool time_major;
  bool merge;
};

struct Sizes {
  int32_t batches, steps, features;
};

Sizes SizesOf(const TensorView& input, bool time_major) {
  const Shape s = input.shape();
  if (s.rank == 2) return {s[0], 1, s[1]};
  return {s[time_major ? 1 : 0], s[time_major ? 0 : 1], s[2]};
}

// One direction's inputs and where its output goes.
struct Layer {
  int input, first;      // places of the op's inputs
  int aux, aux_weights;  // -1: none
  int output;
  int32_t offset, pitch;  // of the output's rows
  bool backward;

  TensorView Part(const OpContext& context, LayerInputs part) const {
    return context.input(first + part);
  }
};

Status CheckWeights(const OpContext& context, const TensorView& weights, int32_t units,
                    int32_t width) {
  MR_ENSURE(context, AreFloatLayerWeights(weights), Status::kUnsupportedType,
            "the weights are neither float32 nor symmetric int8 with one scale");
  MR_ENSURE(context, weights.rank() == 2 && weights.dim(0) == units && weights.dim(1) == width,
            Status::kInvalidShape, "weights are not [units, width of their input]");
  return Status::kOk;
}

Status CheckLayer(const OpContext& context, const Layer& layer, bool time_major, int32_t* widest) {
  const TensorView input = context.input(layer.input), hidden = layer.Part(context, kHidden);
  const TensorView bias = layer.Part(context, kBias);
  const Sizes s = SizesOf(input, time_major);
  const TensorType type = TensorType::kFloat32;
  MR_ENSURE(context,
            input.type() == type && hidden.type() == type && bias.type() == type &&
                context.output(layer.output).type() == type,
            Status::kUnsupportedType, "input, state, bias or output is not float32");
  const int32_t units = bias.elements();
  MR_TRY(CheckWeights(context, layer.Part(context, kWeights), units, s.features));
  MR_TRY(CheckWeights(context, layer.Part(context, kRecurrent), units, units));
  MR_ENSURE(context, hidden.is_variable(), Status::kInvalidModel, "the state is not a variable");
  MR_ENSURE(context, hidden.elements() == int64_t{s.batches} * units, Status::kInvalidShape,
            "the state has not batch * units elements");
  MR_ENSURE(context,
            context.output(layer.output).elements() == int64_t{s.batches} * s.steps * layer.pitch,
            Status::kInvalidShape, "the output has not batch * time * units elements");
  *widest = s.features > units ? s.features : units;
  if (layer.aux < 0) return Status::kOk;
  const TensorView aux = context.input(layer.aux);
  const Sizes a = SizesOf(aux, time_major);
  MR_ENSURE(context, aux.type() == type, Status::kUnsupportedType,
            "the auxiliary input is not float32");
  MR_ENSURE(context, aux.rank() == 3 && a.batches == s.batches && a.steps == s.steps,
            Status::kInvalidShape, "the auxiliary input has not the input's batches and steps");
  if (a.features > *widest) *widest = a.features;
  return CheckWeights(context, context.input(layer.aux_weights), units, a.features);
}

Status CheckOptions(const OpContext& context, Activation activation) {
  MR_ENSURE(context, IsActivation(activation), Status::kUnsupported,
            "the fused activation is not known");
  return Status::kOk;
}

void Step(const OpContext& context, const Data& data, const Layer& layer, const float* input,
          const float* aux, float* hidden, float* output) {
  const TensorView bias = layer.Part(context, kBias);
  const HybridRow row = {data.quantized, data.asymmetric};
  const size_t bytes = bias.bytes();
  __builtin_memcpy(output, bias.raw(), bytes);
  AccumulateProducts(layer.Part(context, kWeights), input, row, output);
  if (aux != nullptr) AccumulateProducts(context.input(layer.aux_weights), aux, row, output);
  AccumulateProducts(layer.Part(context, kRecurrent), hidden, row, output);
  Activate(data.activation, output, bias.elements());
  __builtin_memcpy(hidden, output, bytes);
}

void Run(const OpContext& context, const Data& data, const Layer& layer) {
  const TensorView input = context.input(layer.input);
  const Sizes s = SizesOf(input, data.time_major);
  const int32_t units = layer.Part(context, kBias).elements();
  const float* aux = layer.aux < 0 ? nullptr : context.input_data<float>(layer.aux);
  const int32_t aux_features =
      aux == nullptr ? 0 : SizesOf(context.input(layer.aux), data.time_major).features;
  float* hidden = layer.Part(context, kHidden).data<float>();
  float* output = context.output_data<float>(layer.output) + layer.offset;
  for (int32_t b = 0; b < s.batches; ++b, hidden += units) {
    for (int32_t i = 0; i < s.steps; ++i) {
      const int32_t t = layer.backward ? s.steps - 1 - i : i;
      const int32_t row = data.time_major ? t * s.batches + b : b * s.steps + t;
      Step(context, data, layer, input.data<float>() + ptrdiff_t{row} * s.features,
           aux == nullptr ? nullptr : aux + ptrdiff_t{row} * aux_features, hidden,
           output + ptrdiff_t{row} * layer.pitch);
    }
  }
}

// ---- One direction ----

Layer OnlyLayer(const OpContext& context) {
  return {kInput, kForward, -1, -1, 0, 0, context.input(kForward + kBias).elements(), false};
}

Status PrepareOne(const OpContext& context, int rank, Activation activation, bool asymmetric,
                  bool time_major) {
  MR_TRY(CheckOptions(context, activation));
  MR_ENSURE(context, context.input(kInput).rank() == rank, Status::kInvalidShape,
            "the input has not as many dimensions as the op wants");
  Data* data;
  MR_TRY(context.NewData(&data));
  data->activation = activation;
  data->asymmetric = asymmetric;
  data->time_major = time_major;
  int32_t widest;
  MR_TRY(CheckLayer(context, OnlyLayer(context), time_major, &widest));
  return context.RequestScratch(static_cast<size_t>(widest), &data->quantized);
}

Status PrepareRnn(OpContext& context) {
  const OptionsReader options = context.options();
  return PrepareOne(context, 2, options.FusedActivation(RNNOptions::kFusedActivationFunction),
                    options.Bool(RNNOptions::kAsymmetricQuantizeInputs), false);
}

Status PrepareSequence(OpContext& context) {
  const OptionsReader options = context.options();
  return PrepareOne(context, 3,
                    options.FusedActivation(SequenceRNNOptions::kFusedActivationFunction),
                    options.Bool(SequenceRNNOptions::kAsymmetricQuantizeInputs),
                    options.Bool(SequenceRNNOptions::kTimeMajor));
}

Status InvokeOne(OpContext& context) {
  Run(context, context.data<Data>(), OnlyLayer(context));
  return Status::kOk;
}

// ---- Two directions ----

bool HasAuxWeights(const OpContext& context) {
  return context.has_input(kForwardAux) && context.has_input(kBackwardAux);
}

Layer LayerOf(const OpContext& context, const Data& data, bool backward) {
  const int32_t forward_units = context.input(kForward + kBias).elements();
  const int32_t backward_units = context.input(kBackward + kBias).elements();
  const bool has_aux = context.has_input(kAux) && HasAuxWeights(context);
  Layer layer;
  // The peer looks at the other input only where time comes first.
  const bool has_other = context.has_input(kAux) && !has_aux && data.time_major;
  layer.input = backward && has_other ? kAux : kInput;
  layer.first = backward ? kBackward : kForward;
  layer.aux = has_aux ? kAux : -1;
  layer.aux_weights = backward ? kBackwardAux : kForwardAux;
  layer.output = backward && !data.merge ? 1 : 0;
  layer.offset = backward && data.merge ? forward_units : 0;
  layer.pitch = data.merge ? forward_units + backward_units
                : backward ? backward_units
                           : forward_units;
  layer.backward = backward;
  return layer;
}

Status PrepareBoth(OpContext& context) {
  using Field = BidirectionalSequenceRNNOptions;
  const OptionsReader options = context.options();
  Data* data;
  MR_TRY(context.NewData(&data));
  data->activation = options.FusedActivation(Field::kFusedActivationFunction);
  data->asymmetric = options.Bool(Field::kAsymmetricQuantizeInputs);
  data->time_major = options.Bool(Field::kTimeMajor);
  data->merge = options.Bool(Field::kMergeOutputs);
  MR_TRY(CheckOptions(context, data->activation));
  MR_ENSURE(context, context.num_outputs() == (data->merge ? 1 : 2), Status::kInvalidModel,
            "there is not one merged output, or two");
  MR_ENSURE(context, context.has_input(kForwardAux) == context.has_input(kBackwardAux),
            Status::kInvalidModel, "only one direction has auxiliary weights");
  MR_ENSURE(context, context.has_input(kAux) || !HasAuxWeights(context), Status::kInvalidModel,
            "there are weights for an auxiliary input that is not there");
  int32_t most = 0;
  for (const bool backward : {false, true}) {
    const Layer layer = LayerOf(context, *data, backward);
    MR_ENSURE(context, context.input(layer.input).rank() == 3, Status::kInvalidShape,
              "the input has not three dimensions");
    int32_t widest;
    MR_TRY(CheckLayer(context, layer, data->time_major, &widest));
    if (widest > most) most = widest;
  }
  return context.RequestScratch(static_cast<size_t>(most), &data->quantized);
}

Status InvokeBoth(OpContext& context) {
  const Data& data = context.data<Data>();
  Run(context, data, LayerOf(context, data, false));
  Run(context, data, LayerOf(context, data, true));
  return Status::kOk;
}

}  // namespace

const OpRegistration kRnnOp = {
    .code = BuiltinOp::kRnn,
    .max_version = 3,
    .min_inputs = 5,
    .max_inputs = 5,
    .prepare = PrepareRnn,
    .invoke = InvokeOne,
};

const OpRegistration kUnidirectionalSequenceRnnOp = {
    .code = BuiltinOp::kUnidirectionalSequenceRnn,
    .max_version = 3,
    .min_inputs = 5,
    .max_inputs = 5,
    .prepare = PrepareSequence,
    .invoke = InvokeOne,
};

const OpRegistration kBidirectionalSequenceRnnOp = {
    .code = BuiltinOp::kBidirectionalSequenceRnn,
    .max_version = 3,
    .min_inputs = 9,
    .max_inputs = 12,
    .max_outputs = 2,
    .prepare = PrepareBoth,
    .invoke = InvokeBoth,
};

}  // namespace millrace::micro
