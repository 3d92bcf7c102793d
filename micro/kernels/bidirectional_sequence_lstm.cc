#include "micro/kernels/bidirectional_sequence_lstm.h"

#include <initializer_list>

#include "micro/core/op_options.h"
#include "micro/kernels/loops/float_lstm_layer.h"

namespace millrace::micro {
namespace {

bool IsFloat(const TensorView& tensor) { return tensor.type() == TensorType::kFloat32; }

constexpr LstmPlaces kForward = {1, 5, 9, 12, 16, 35, 36, -1, 40};
constexpr LstmPlaces kBackward = {18, 22, 26, 29, 33, 37, 38, -1, 44};
constexpr int kAux = 39;

struct TwoWays {
  FloatLstmLayer forward;
  FloatLstmLayer backward;
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
  const LstmSequence s = LstmSequenceOf(context.input(0), data.time_major);
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
  const int32_t aux =
      HasAux(context) ? LstmSequenceOf(context.input(kAux), data->time_major).features : 0;
  for (const bool backward : {false, true}) {
    const LstmSequence s =
        LstmSequenceOf(context.input(InputOf(context, backward)), data->time_major);
    FloatLstmLayer& layer = backward ? data->backward : data->forward;
    MR_TRY(layer.Prepare(context, backward ? kBackward : kForward, common, s.batches, s.features,
                         aux));
  }
  return CheckOutputs(context, *data);
}

void RunLayer(const OpContext& context, const TwoWays& data, bool backward) {
  const FloatLstmLayer& layer = backward ? data.backward : data.forward;
  const TensorView input = context.input(InputOf(context, backward));
  const LstmSequence s = LstmSequenceOf(input, data.time_major);
  const bool has_aux = HasAux(context);
  const int32_t aux_features =
      has_aux ? LstmSequenceOf(context.input(kAux), data.time_major).features : 0;
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
