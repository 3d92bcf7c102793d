#include "micro/kernels/loops/lstm_layer.h"

namespace millrace::micro {
namespace {

Status CheckMatrix(const OpContext& context, int i, const LstmTypes& types, int32_t rows,
                   int32_t columns) {
  MR_ENSURE(context, context.has_input(i), Status::kInvalidModel, "weights of a gate are absent");
  const TensorView weights = context.input(i);
  MR_ENSURE(context, weights.type() == types.weights && types.takes(weights),
            Status::kUnsupportedType, "weights are mixed, or not of float32 or symmetric int8");
  MR_ENSURE(context, weights.rank() == 2 && weights.dim(0) == rows && weights.dim(1) == columns,
            Status::kInvalidShape, "the weights of a gate do not fit");
  return Status::kOk;
}

Status CheckVector(const OpContext& context, int i, int32_t n, TensorType type) {
  MR_ENSURE(context, context.has_input(i), Status::kInvalidModel, "a vector of a gate is absent");
  const TensorView vector = context.input(i);
  MR_ENSURE(context, vector.type() == type, Status::kUnsupportedType,
            "a vector of a gate has not the type it should");
  MR_ENSURE(context, vector.elements() == n, Status::kInvalidShape,
            "a vector of a gate has not one element a unit");
  return Status::kOk;
}

Status CheckState(const OpContext& context, int i, TensorType type, int64_t elements) {
  MR_ENSURE(context, context.has_input(i) && context.input(i).is_variable(), Status::kInvalidModel,
            "the state is not a variable");
  const TensorView state = context.input(i);
  MR_ENSURE(context, state.type() == type && state.elements() == elements, Status::kInvalidShape,
            "the state has another type than it should, or not batch * units elements");
  return Status::kOk;
}

Status CheckGate(const OpContext& context, const LstmPlaces& places, const LstmTypes& types,
                 const LstmSizes& s, int g) {
  MR_TRY(CheckMatrix(context, places.weights + g, types, s.units, s.features));
  MR_TRY(CheckMatrix(context, places.recurrent + g, types, s.units, s.outputs));
  if (s.aux_features > 0) {
    MR_TRY(CheckMatrix(context, places.aux_weights + g, types, s.units, s.aux_features));
  }
  MR_TRY(CheckVector(context, places.bias + g, s.units, types.bias));
  if (places.normalizes(context)) {
    MR_TRY(CheckVector(context, places.normalization + g, s.units, types.normalization));
  }
  if (!places.peeps(context) || kPeepholeOf[g] < 0) return Status::kOk;
  return CheckVector(context, places.peephole + kPeepholeOf[g], s.units, types.peephole);
}

}  // namespace

Status CheckLstmLayer(const OpContext& context, const LstmPlaces& places, const LstmTypes& types,
                      LstmSizes* sizes) {
  const int forget = places.weights + kForgetGate, recurrent = places.recurrent + kForgetGate;
  MR_ENSURE(context, context.has_input(forget) && context.has_input(recurrent),
            Status::kInvalidModel, "weights of a gate are absent");
  MR_ENSURE(context, context.input(forget).rank() == 2 && context.input(recurrent).rank() == 2,
            Status::kInvalidShape, "the weights of a gate are no matrix");
  LstmSizes& s = *sizes;
  s.units = context.input(forget).dim(0);
  s.outputs = context.input(recurrent).dim(1);
  MR_ENSURE(context, s.units > 0 && s.outputs > 0, Status::kInvalidShape,
            "there are no units or outputs");
  MR_ENSURE(context, places.projects(context) || s.outputs == s.units, Status::kInvalidShape,
            "without projection there are not as many outputs as units");
  for (int g = places.is_coupled(context) ? kForgetGate : kInputGate; g < kLstmGates; ++g) {
    MR_TRY(CheckGate(context, places, types, s, g));
  }
  if (places.projects(context)) {
    MR_TRY(CheckMatrix(context, places.projection, types, s.outputs, s.units));
    if (LstmPlaces::Has(context, places.projection, 1)) {
      MR_TRY(CheckVector(context, places.projection + 1, s.outputs, types.bias));
    }
  }
  MR_TRY(CheckState(context, places.hidden, types.hidden, int64_t{s.batches} * s.outputs));
  return CheckState(context, places.cell, types.cell, int64_t{s.batches} * s.units);
}

}  // namespace millrace::micro
