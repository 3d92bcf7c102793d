#include "micro/kernels/lstm.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/basic_lstm.h"
#include "micro/kernels/loops/float_lstm_layer.h"
#include "micro/kernels/loops/full_sequence_lstm.h"
#include "micro/kernels/loops/integer_lstm_layer.h"

namespace millrace::micro {
namespace {

constexpr LstmPlaces kPlaces = {1, 5, 9, 12, 16, 18, 19, 20, -1};

// Op data: a layer of either kind over steps.
template <typename Layer>
struct Data {
  Layer layer;
  bool time_major;  // of a sequence
};

Status PrepareLayer(const OpContext& context, const LstmOptions& options, const LstmSequence& s,
                    bool, FloatLstmLayer* layer) {
  return layer->Prepare(context, kPlaces, options, s.batches, s.features, 0);
}
Status PrepareLayer(const OpContext& context, const LstmOptions& options, const LstmSequence& s,
                    bool time_major, IntegerLstmLayer* layer) {
  return layer->Prepare(context, kPlaces, options, s.batches, s.features, time_major);
}

void Step(const OpContext& context, const FloatLstmLayer& layer, int32_t example,
          const float* input, float* output) {
  layer.Step(context, example, input, nullptr, output);
}
void Step(const OpContext& context, const IntegerLstmLayer& layer, int32_t example,
          const int8_t* input, int8_t* output) {
  layer.Step(context, example, input, output);
}

Status CheckTypes(const OpContext& context) {
  MR_ENSURE(context, context.has_input(0), Status::kUnsupported, "an LSTM wants an input");
  const TensorType type = context.input(0).type();
  MR_ENSURE(context,
            (type == TensorType::kFloat32 || type == TensorType::kInt8) &&
                context.output().type() == type,
            Status::kUnsupportedType, "input and output are neither float32 nor int8");
  return Status::kOk;
}

// s: steps is 1 where the op makes one. The input has been checked.
template <typename Layer>
Status Prepare(const OpContext& context, const LstmOptions& options, const LstmSequence& s,
               bool time_major) {
  Data<Layer>* data;
  MR_TRY(context.NewData(&data));
  data->time_major = time_major;
  MR_TRY(PrepareLayer(context, options, s, time_major, &data->layer));
  MR_ENSURE(
      context,
      context.output().elements() == int64_t{s.batches} * s.steps * int64_t{data->layer.outputs()},
      Status::kInvalidShape, "the output has not batch * time * outputs elements");
  return Status::kOk;
}

Status Prepare(const OpContext& context, const LstmOptions& options, const LstmSequence& s,
               bool time_major) {
  return context.input(0).type() == TensorType::kInt8
             ? Prepare<IntegerLstmLayer>(context, options, s, time_major)
             : Prepare<FloatLstmLayer>(context, options, s, time_major);
}

template <typename T, typename Layer>
void Run(const OpContext& context, const LstmSequence& s) {
  const auto& data = context.data<Data<Layer>>();
  for (int32_t b = 0; b < s.batches; ++b) {
    for (int32_t t = 0; t < s.steps; ++t) {
      const ptrdiff_t row = data.time_major ? t * s.batches + b : b * s.steps + t;
      Step(context, data.layer, b, context.input_data<T>(0) + row * s.features,
           context.output_data<T>() + row * data.layer.outputs());
    }
  }
}

// ---- One step ----

bool IsBasic(const OpContext& context) { return context.num_inputs() == kBasicLstmInputs; }

// As a sequence of one.
LstmSequence OneStep(const OpContext& context) {
  const Shape input = context.input(0).shape();
  return {input[0], 1, input[1]};
}

Status PrepareFull(const OpContext& context, const LstmOptions& options) {
  MR_ENSURE(context, context.num_inputs() >= 20 && context.num_outputs() == 1,
            Status::kInvalidModel, "there are not 20 or 24 inputs and one output");
  MR_TRY(CheckTypes(context));
  MR_ENSURE(context, context.input(0).rank() == 2, Status::kInvalidShape,
            "the input is not [batch, features]");
  return Prepare(context, options, OneStep(context), true);
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
  return PrepareBasicLstm(context);
}

Status InvokeLstm(OpContext& context) {
  if (IsBasic(context)) {
    InvokeBasicLstm(context);
  } else if (context.input(0).type() == TensorType::kInt8) {
    Run<int8_t, IntegerLstmLayer>(context, OneStep(context));
  } else {
    Run<float, FloatLstmLayer>(context, OneStep(context));
  }
  return Status::kOk;
}

// ---- Sequences ----

Status PrepareSequence(const OpContext& context) {
  using Field = UnidirectionalSequenceLSTMOptions;
  const OptionsReader options = context.options();
  MR_TRY(CheckTypes(context));
  MR_ENSURE(context, context.input(0).rank() == 3, Status::kInvalidShape,
            "the input has not 3 dimensions");
  MR_ENSURE(context, !options.Bool(Field::kDiagonalRecurrentTensors), Status::kUnsupported,
            "recurrent weights are diagonal");
  const bool time_major = options.Bool(Field::kTimeMajor);
  const LstmOptions common = {options.Float(Field::kCellClip), options.Float(Field::kProjClip),
                              options.FusedActivation(Field::kFusedActivationFunction),
                              options.Bool(Field::kAsymmetricQuantizeInputs)};
  return Prepare(context, common, LstmSequenceOf(context.input(0), time_major), time_major);
}

void InvokeSequence(const OpContext& context) {
  const bool time_major = context.options().Bool(UnidirectionalSequenceLSTMOptions::kTimeMajor);
  const LstmSequence s = LstmSequenceOf(context.input(0), time_major);
  if (context.input(0).type() == TensorType::kInt8) {
    Run<int8_t, IntegerLstmLayer>(context, s);
  } else {
    Run<float, FloatLstmLayer>(context, s);
  }
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

}  // namespace millrace::micro
