#include "micro/kernels/unidirectional_sequence_lstm.h"

#include "micro/core/op_options.h"
#include "micro/kernels/loops/full_sequence_lstm.h"
#include "micro/kernels/loops/lstm_floating.h"
#include "micro/kernels/loops/lstm_integer.h"

namespace millrace::micro {
namespace lstm {
namespace {

Sizes SizesOf(const OpContext& context, bool time_major) {
  const Shape input = context.input(kInput).shape();
  return {input[time_major ? 1 : 0], input[time_major ? 0 : 1], input[2],
          context.input(kWeights).dim(0)};
}

// Whether it has what only kFullSequenceLstm, where it is linked, computes: peepholes, projection,
// normalisation, or an input gate that is the forget gate's rest.
bool IsFull(const OpContext& context) {
  return &kFullSequenceLstm != nullptr &&
         (context.has_input(kPeephole + 1) || context.has_input(kProjection) ||
          context.has_input(kNormalization + 1) || !context.has_input(kWeights));
}

Status CheckPresence(const OpContext& context) {
  for (int i = 0; i <= kCell; ++i) {
    const bool is_extra = (i >= kPeephole && i < kBias) || i == kProjection || i == kProjectionBias;
    MR_ENSURE(context, !is_extra || !context.has_input(i), Status::kUnsupported,
              "peepholes and projection are not supported");
    MR_ENSURE(context, is_extra || context.has_input(i), Status::kUnsupported,
              "an LSTM wants weights and a bias for each gate, and state");
  }
  for (int i = kNormalization; i < context.num_inputs(); ++i) {
    MR_ENSURE(context, !context.has_input(i), Status::kUnsupported,
              "layer normalisation is not supported");
  }
  return Status::kOk;
}

bool IsMatrix(const TensorView& tensor, int32_t rows, int32_t columns) {
  return tensor.rank() == 2 && tensor.dim(0) == rows && tensor.dim(1) == columns;
}

Status CheckShapes(const OpContext& context, bool time_major) {
  MR_ENSURE(context, context.input(kInput).rank() == 3 && context.input(kWeights).rank() == 2,
            Status::kInvalidShape, "input or weights have not 3 and 2 dimensions");
  const Sizes s = SizesOf(context, time_major);
  for (int g = 0; g < kGates; ++g) {
    MR_ENSURE(context,
              IsMatrix(context.input(kWeights + g), s.units, s.features) &&
                  IsMatrix(context.input(kRecurrentWeights + g), s.units, s.units) &&
                  context.input(kBias + g).elements() == s.units,
              Status::kInvalidShape, "the weights or the bias of a gate do not fit");
  }
  for (int state = kHidden; state <= kCell; ++state) {
    MR_ENSURE(context, context.input(state).is_variable(), Status::kInvalidModel,
              "the state is not a variable");
    MR_ENSURE(context, context.input(state).elements() == int64_t{s.batches} * s.units,
              Status::kInvalidShape, "the state has not batch * units elements");
  }
  MR_ENSURE(context, context.output().elements() == int64_t{s.batches} * s.steps * s.units,
            Status::kInvalidShape, "the output has not batch * time * units elements");
  return Status::kOk;
}

Status CheckTypes(const OpContext& context) {
  const TensorType type = context.input(kInput).type();
  const bool is_float = type == TensorType::kFloat32;
  const TensorType weights = context.input(kWeights).type();
  const TensorType bias = is_float                    ? TensorType::kFloat32
                          : type == TensorType::kInt8 ? TensorType::kInt32
                                                      : TensorType::kInt64;
  bool fit = (is_float || type == TensorType::kInt8 || type == TensorType::kInt16) &&
             (weights == TensorType::kInt8 || (is_float && weights == type)) &&
             context.input(kHidden).type() == type && context.output().type() == type &&
             context.input(kCell).type() == (is_float ? type : TensorType::kInt16);
  for (int g = 0; g < kGates; ++g) {
    fit = fit && context.input(kWeights + g).type() == weights &&
          context.input(kRecurrentWeights + g).type() == weights &&
          context.input(kBias + g).type() == bias;
  }
  MR_ENSURE(context, fit, Status::kUnsupportedType, "no kernel for the types of the tensors");
  return Status::kOk;
}

Status Prepare(OpContext& context) {
  if (IsFull(context)) return kFullSequenceLstm.prepare(context);
  MR_TRY(CheckPresence(context));
  Data* data;
  MR_TRY(context.NewData(&data));
  using Field = UnidirectionalSequenceLSTMOptions;
  const OptionsReader options = context.options();
  data->time_major = options.Bool(Field::kTimeMajor);
  data->cell_clip = options.Float(Field::kCellClip);
  data->asymmetric = options.Bool(Field::kAsymmetricQuantizeInputs);
  MR_TRY(CheckShapes(context, data->time_major));
  MR_TRY(CheckTypes(context));
  MR_ENSURE(context,
            options.FusedActivation(Field::kFusedActivationFunction) == Activation::kTanh &&
                !options.Bool(Field::kDiagonalRecurrentTensors),
            Status::kUnsupported, "the activation is not tanh, or recurrent weights are diagonal");
  if (context.input(kInput).type() != TensorType::kFloat32) MR_TRY(CheckQuantization(context));
  // Activations are widened or quantised for weights of int8, unless they are int16 already.
  const bool wants_scratch = context.input(kWeights).type() == TensorType::kInt8 &&
                             context.input(kInput).type() != TensorType::kInt16;
  return wants_scratch ? context.RequestScratch(ScratchBytes(SizesOf(context, data->time_major)),
                                                &data->scratch)
                       : Status::kOk;
}

Status Invoke(OpContext& context) {
  if (IsFull(context)) {
    kFullSequenceLstm.invoke(context);
    return Status::kOk;
  }
  const Data& data = context.data<Data>();
  const Sizes s = SizesOf(context, data.time_major);
  if (context.input(kInput).type() != TensorType::kFloat32) {
    RunInteger(context, data, s);
  } else if (context.input(kWeights).type() == TensorType::kInt8) {
    RunHybrid(context, data, s);
  } else {
    RunFloat(context, data, s);
  }
  return Status::kOk;
}

}  // namespace
}  // namespace lstm

const OpRegistration kUnidirectionalSequenceLstmOp = {
    .code = BuiltinOp::kUnidirectionalSequenceLstm,
    .max_version = 4,
    .min_inputs = 20,
    .max_inputs = 24,
    .flags = kChecksPresence,
    .prepare = lstm::Prepare,
    .invoke = lstm::Invoke,
};

}  // namespace millrace::micro
