#include "micro/kernels/lstm.h"

#include <initializer_list>

#include "micro/core/op_options.h"
#include "micro/kernels/loops/float_lstm_layer.h"

namespace millrace::micro {
namespace {

bool IsFloat(const TensorView& tensor) { return tensor.type() == TensorType::kFloat32; }

// ---- One step ----

constexpr LstmPlaces kOneStep = {1, 5, 9, 12, 16, 18, 19, 20, -1};

Status PrepareFull(const OpContext& context, const LstmOptions& options) {
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, context.num_inputs() >= 20 && context.num_outputs() == 1,
            Status::kInvalidModel, "there are not 20 or 24 inputs and one output");
  MR_ENSURE(context, IsFloat(input) && IsFloat(output), Status::kUnsupportedType,
            "input or output is not float32");
  MR_ENSURE(context, input.rank() == 2, Status::kInvalidShape,
            "the input is not [batch, features]");
  LstmLayer* layer;
  MR_TRY(context.NewData(&layer));
  MR_TRY(layer->Prepare(context, kOneStep, options, input.dim(0), input.dim(1), 0));
  MR_ENSURE(context, output.elements() == int64_t{input.dim(0)} * layer->outputs(),
            Status::kInvalidShape, "the output has not batch * outputs elements");
  return Status::kOk;
}

void InvokeFull(const OpContext& context) {
  const auto& layer = context.data<LstmLayer>();
  const Shape input = context.input(0).shape();
  for (int32_t b = 0; b < input[0]; ++b) {
    layer.Step(context, b, context.input_data<float>(0) + ptrdiff_t{b} * input[1], nullptr,
               context.output_data<float>() + ptrdiff_t{b} * layer.outputs());
  }
}

// ---- The basic kernel ----

enum BasicInputs { kInput, kLastOutput, kWeights, kBias, kLastState, kBasicInputs };
enum BasicOutputs { kOutput, kState, kBeside, kGates, kBasicOutputs };

bool IsBasic(const OpContext& context) { return context.num_inputs() == kBasicInputs; }

Status PrepareBasic(const OpContext& context) {
  for (int i = 0; i < kBasicInputs; ++i) {
    MR_ENSURE(context, context.has_input(i) && IsFloat(context.input(i)), Status::kUnsupportedType,
              "an input is absent or not float32");
  }
  MR_ENSURE(context, context.num_outputs() == kBasicOutputs, Status::kInvalidModel,
            "there are not four outputs");
  const Shape input = context.input(kInput).shape(), last = context.input(kLastOutput).shape();
  const Shape weights = context.input(kWeights).shape();
  MR_ENSURE(context, input.rank == 2 && last.rank == 2 && weights.rank == 2 && input[0] == last[0],
            Status::kInvalidShape, "input, last output and weights are not matrices that fit");
  const int64_t batches = input[0], units = last[1], width = input[1] + units;
  MR_ENSURE(context, weights[0] == 4 * units && weights[1] == width, Status::kInvalidShape,
            "the weights are not [4 * units, features + units]");
  const int64_t elements[] = {batches * units, batches * units, batches * width,
                              batches * 4 * units};
  for (int i = 0; i < kBasicOutputs; ++i) {
    MR_ENSURE(context, IsFloat(context.output(i)), Status::kUnsupportedType,
              "an output is not float32");
    MR_ENSURE(context, context.output(i).elements() == elements[i], Status::kInvalidShape,
              "an output has not the size it should");
  }
  MR_ENSURE(context,
            context.input(kBias).elements() == 4 * units &&
                context.input(kLastState).elements() == batches * units,
            Status::kInvalidShape, "the bias or the last state has not the size it should");
  return Status::kOk;
}

float Sigmoid(float x) { return 1.0f / (1.0f + __builtin_expf(-x)); }

void BasicStep(const float* gates, const float* last_state, int32_t units, float* state,
               float* output) {
  for (int32_t u = 0; u < units; ++u) {
    const float let_in = Sigmoid(gates[u]) * __builtin_tanhf(gates[units + u]);
    state[u] = let_in + Sigmoid(gates[2 * units + u]) * last_state[u];
    output[u] = Sigmoid(gates[3 * units + u]) * __builtin_tanhf(state[u]);
  }
}

void Remember(const OpContext& context, int output, int input) {
  const TensorView last = context.input(input), now = context.output(output);
  if (last.is_variable()) __builtin_memcpy(last.raw(), now.raw(), now.bytes());
}

void InvokeBasic(const OpContext& context) {
  const Shape input = context.input(kInput).shape();
  const int32_t features = input[1], units = context.input(kLastOutput).dim(1);
  const float* x = context.input_data<float>(kInput);
  const float* last = context.input_data<float>(kLastOutput);
  const float* last_state = context.input_data<float>(kLastState);
  float* beside = context.output_data<float>(kBeside);
  float* gates = context.output_data<float>(kGates);
  float* state = context.output_data<float>(kState);
  float* output = context.output_data<float>(kOutput);
  for (int32_t b = 0; b < input[0]; ++b) {
    __builtin_memcpy(beside, x, sizeof(float) * static_cast<size_t>(features));
    __builtin_memcpy(beside + features, last, sizeof(float) * static_cast<size_t>(units));
    __builtin_memcpy(gates, context.input(kBias).raw(), context.input(kBias).bytes());
    AccumulateProducts(context.input(kWeights), beside, {}, gates);
    BasicStep(gates, last_state, units, state, output);
    x += features;
    last += units;
    last_state += units;
    beside += features + units;
    gates += 4 * units;
    state += units;
    output += units;
  }
  Remember(context, kOutput, kLastOutput);
  Remember(context, kState, kLastState);
}

Status PrepareLstm(OpContext& context) {
  const OptionsReader options = context.options();
  const bool basic = options.Int8(LSTMOptions::kKernelType) == 1;
  MR_ENSURE(context, basic == IsBasic(context), Status::kInvalidModel,
            "the kernel type does not fit the number of inputs");
  const Activation activation = options.FusedActivation(LSTMOptions::kFusedActivationFunction);
  if (!basic) {
    return PrepareFull(
        context, {options.Float(LSTMOptions::kCellClip), options.Float(LSTMOptions::kProjClip),
                  activation, options.Bool(LSTMOptions::kAsymmetricQuantizeInputs)});
  }
  MR_ENSURE(context, activation == Activation::kTanh, Status::kUnsupported,
            "the activation of the basic kernel is not tanh");
  return PrepareBasic(context);
}

Status InvokeLstm(OpContext& context) {
  if (IsBasic(context)) {
    InvokeBasic(context);
  } else {
    InvokeFull(context);
  }
  return Status::kOk;
}

// ---- Sequences ----

struct Sizes {
  int32_t batches, steps, features;
};

Sizes SizesOf(const TensorView& input, bool time_major) {
  const Shape s = input.shape();
  return {s[time_major ? 1 : 0], s[time_major ? 0 : 1], s[2]};
}

struct Sequence {
  LstmLayer layer;
  bool time_major;
};

Status PrepareSequence(const OpContext& context) {
  using Field = UnidirectionalSequenceLSTMOptions;
  const OptionsReader options = context.options();
  const TensorView input = context.input(0), output = context.output();
  MR_ENSURE(context, IsFloat(input) && IsFloat(output), Status::kUnsupportedType,
            "input or output is not float32");
  MR_ENSURE(context, input.rank() == 3, Status::kInvalidShape, "the input has not 3 dimensions");
  MR_ENSURE(context, !options.Bool(Field::kDiagonalRecurrentTensors), Status::kUnsupported,
            "recurrent weights are diagonal");
  Sequence* data;
  MR_TRY(context.NewData(&data));
  data->time_major = options.Bool(Field::kTimeMajor);
  const LstmOptions common = {options.Float(Field::kCellClip), options.Float(Field::kProjClip),
                              options.FusedActivation(Field::kFusedActivationFunction),
                              options.Bool(Field::kAsymmetricQuantizeInputs)};
  const Sizes s = SizesOf(input, data->time_major);
  MR_TRY(data->layer.Prepare(context, kOneStep, common, s.batches, s.features, 0));
  MR_ENSURE(context,
            output.elements() == int64_t{s.batches} * s.steps * int64_t{data->layer.outputs()},
            Status::kInvalidShape, "the output has not batch * time * outputs elements");
  return Status::kOk;
}

void InvokeSequence(const OpContext& context) {
  const auto& data = context.data<Sequence>();
  const Sizes s = SizesOf(context.input(0), data.time_major);
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t t = 0; t < s.steps; ++t) {
      const ptrdiff_t row = data.time_major ? t * s.batches + b : b * s.steps + t;
      data.layer.Step(context, b, context.input_data<float>(0) + row * s.features, nullptr,
                      context.output_data<float>() + row * data.layer.outputs());
    }
  }
}

// ---- Two directions ----

constexpr LstmPlaces kForward = {1, 5, 9, 12, 16, 35, 36, -1, 40};
constexpr LstmPlaces kBackward = {18, 22, 26, 29, 33, 37, 38, -1, 44};
constexpr int kAux = 39;

struct TwoWays {
  LstmLayer forward;
  LstmLayer backward;
  bool time_major;
  bool merge;
};

// Whether the auxiliary input has weights, and so is one; otherwise it feeds the backward layer.
bool HasAux(const OpContext& context) {
  return context.has_input(kAux) && context.has_input(kForward.aux_weights + 1);
}

int InputOf(const OpContext& context, bool backward) {
  return backward && context.has_input(kAux) && !HasAux(context) ? kAux : 0;
}

Status CheckSequences(const OpContext& context) {
  MR_ENSURE(context, IsFloat(context.input(0)) && context.input(0).rank() == 3,
            Status::kInvalidShape, "the input is not float32 of three dimensions");
  if (!context.has_input(kAux)) return Status::kOk;
  const Shape input = context.input(0).shape(), aux = context.input(kAux).shape();
  MR_ENSURE(
      context,
      IsFloat(context.input(kAux)) && aux.rank == 3 && aux[0] == input[0] && aux[1] == input[1],
      Status::kInvalidShape, "the auxiliary input has not the input's batches and steps");
  return Status::kOk;
}

Status CheckOutputs(const OpContext& context, const TwoWays& data) {
  const Sizes s = SizesOf(context.input(0), data.time_major);
  const int64_t rows = int64_t{s.batches} * s.steps;
  const int64_t forward = rows * data.forward.outputs(), backward = rows * data.backward.outputs();
  MR_ENSURE(context, context.num_outputs() == (data.merge ? 1 : 2), Status::kInvalidModel,
            "there is not one merged output, or two");
  MR_ENSURE(context,
            context.output(0).elements() == (data.merge ? forward + backward : forward) &&
                (data.merge || context.output(1).elements() == backward),
            Status::kInvalidShape, "an output has not batch * time * outputs elements");
  for (int i = 0; i < context.num_outputs(); ++i) {
    MR_ENSURE(context, IsFloat(context.output(i)), Status::kUnsupportedType,
              "an output is not float32");
  }
  return Status::kOk;
}

Status PrepareTwoWays(OpContext& context) {
  using Field = BidirectionalSequenceLSTMOptions;
  MR_TRY(CheckSequences(context));
  const OptionsReader options = context.options();
  TwoWays* data;
  MR_TRY(context.NewData(&data));
  data->merge = options.Bool(Field::kMergeOutputs);
  data->time_major = options.Bool(Field::kTimeMajor, true);
  const LstmOptions common = {options.Float(Field::kCellClip), options.Float(Field::kProjClip),
                              options.FusedActivation(Field::kFusedActivationFunction),
                              options.Bool(Field::kAsymmetricQuantizeInputs)};
  const int32_t aux = HasAux(context) ? SizesOf(context.input(kAux), data->time_major).features : 0;
  for (const bool backward : {false, true}) {
    const Sizes s = SizesOf(context.input(InputOf(context, backward)), data->time_major);
    LstmLayer& layer = backward ? data->backward : data->forward;
    MR_TRY(layer.Prepare(context, backward ? kBackward : kForward, common, s.batches, s.features,
                         aux));
  }
  return CheckOutputs(context, *data);
}

void RunLayer(const OpContext& context, const TwoWays& data, bool backward) {
  const LstmLayer& layer = backward ? data.backward : data.forward;
  const TensorView input = context.input(InputOf(context, backward));
  const Sizes s = SizesOf(input, data.time_major);
  const bool has_aux = HasAux(context);
  const int32_t aux_features = has_aux ? SizesOf(context.input(kAux), data.time_major).features : 0;
  float* output = context.output_data<float>(backward && !data.merge ? 1 : 0);
  if (backward && data.merge) output += data.forward.outputs();
  const int32_t pitch =
      data.merge ? data.forward.outputs() + data.backward.outputs() : layer.outputs();
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t i = 0; i < s.steps; ++i) {
      const int32_t t = backward ? s.steps - 1 - i : i;
      const ptrdiff_t row = data.time_major ? t * s.batches + b : b * s.steps + t;
      const float* aux = has_aux ? context.input_data<float>(kAux) + row * aux_features : nullptr;
      layer.Step(context, b, input.data<float>() + row * s.features, aux, output + row * pitch);
    }
  }
}

Status InvokeTwoWays(OpContext& context) {
  const auto& data = context.data<TwoWays>();
  RunLayer(context, data, false);
  RunLayer(context, data, true);
  return Status::kOk;
}

}  // namespace

const FullSequenceLstm kFullSequenceLstm = {PrepareSequence, InvokeSequence};

const OpRegistration kLstmOp = {
    .code = BuiltinOp::kLstm,
    .max_version = 4,
    .min_inputs = 5,
    .max_inputs = 24,
    .max_outputs = 4,
    .flags = kChecksPresence,
    .prepare = PrepareLstm,
    .invoke = InvokeLstm,
};

const OpRegistration kBidirectionalSequenceLstmOp = {
    .code = BuiltinOp::kBidirectionalSequenceLstm,
    .max_version = 3,
    .min_inputs = 39,
    .max_inputs = 48,
    .max_outputs = 2,
    .flags = kChecksPresence,
    .prepare = PrepareTwoWays,
    .invoke = InvokeTwoWays,
};

}  // namespace millrace::micro
