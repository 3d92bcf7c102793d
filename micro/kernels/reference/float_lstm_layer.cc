#include "micro/kernels/loops/float_lstm_layer.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

constexpr int kGates = 4;
enum Gates { kInputGate, kForgetGate, kCellGate, kOutputGate };
// Of a gate among the peepholes; the cell gate has none.
constexpr int kPeephole[kGates] = {0, 1, -1, 2};

bool Has(const OpContext& context, int first, int i = 0) {
  return first >= 0 && context.has_input(first + i);
}

float Sigmoid(float x) { return 1.0f / (1.0f + __builtin_expf(-x)); }

void ApplySigmoid(float* values, int32_t n) {
  for (int32_t i = 0; i < n; ++i) values[i] = Sigmoid(values[i]);
}

// values += weights * cell
void AddPeephole(const TensorView& weights, const float* cell, float* values) {
  const int32_t n = weights.elements();
  if (weights.type() == TensorType::kFloat32) {
    for (int32_t i = 0; i < n; ++i) values[i] += weights.data<float>()[i] * cell[i];
  } else {
    const float scale = weights.scale();
    for (int32_t i = 0; i < n; ++i) {
      values[i] += scale * static_cast<float>(weights.data<int8_t>()[i]) * cell[i];
    }
  }
}

// Mean 0 and deviation 1, then times factor plus bias.
void Normalize(const float* factor, const float* bias, int32_t n, float* values) {
  float sum = 0.0f, squares = 0.0f;
  for (int32_t i = 0; i < n; ++i) sum += values[i];
  const float mean = sum / static_cast<float>(n);
  for (int32_t i = 0; i < n; ++i) squares += (values[i] - mean) * (values[i] - mean);
  const float variance = squares / static_cast<float>(n);
  const float inverse = 1.0f / __builtin_sqrtf(variance + 1e-8f);
  for (int32_t i = 0; i < n; ++i) values[i] = (values[i] - mean) * inverse * factor[i] + bias[i];
}

void Clip(float limit, int32_t n, float* values) {
  if (!(limit > 0.0f)) return;
  for (int32_t i = 0; i < n; ++i) values[i] = ClampFloat(values[i], -limit, limit);
}

Status CheckMatrix(const OpContext& context, int i, TensorType type, int32_t rows,
                   int32_t columns) {
  MR_ENSURE(context, context.has_input(i), Status::kInvalidModel, "weights of a gate are absent");
  const TensorView weights = context.input(i);
  MR_ENSURE(context, weights.type() == type && AreFloatLayerWeights(weights),
            Status::kUnsupportedType, "weights are neither float32 nor symmetric int8, or mixed");
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

Status CheckState(const OpContext& context, int i, int64_t elements) {
  MR_ENSURE(context, context.has_input(i) && context.input(i).is_variable(), Status::kInvalidModel,
            "the state is not a variable");
  const TensorView state = context.input(i);
  MR_ENSURE(context, state.type() == TensorType::kFloat32 && state.elements() == elements,
            Status::kInvalidShape, "the state is not float32 of batch * units elements");
  return Status::kOk;
}

}  // namespace

Status LstmLayer::CheckWeights(const OpContext& context, int first_gate) const {
  const TensorType type = context.input(places_.weights + kForgetGate).type();
  for (int g = first_gate; g < kGates; ++g) {
    MR_TRY(CheckMatrix(context, places_.weights + g, type, units_, features_));
    MR_TRY(CheckMatrix(context, places_.recurrent + g, type, units_, outputs_));
    if (aux_features_ > 0) {
      MR_TRY(CheckMatrix(context, places_.aux_weights + g, type, units_, aux_features_));
    }
  }
  if (!Has(context, places_.projection)) return Status::kOk;
  MR_TRY(CheckMatrix(context, places_.projection, type, outputs_, units_));
  if (!Has(context, places_.projection, 1)) return Status::kOk;
  return CheckVector(context, places_.projection + 1, outputs_, TensorType::kFloat32);
}

Status LstmLayer::CheckVectors(const OpContext& context, int first_gate) const {
  const TensorType type = context.input(places_.weights + kForgetGate).type();
  const bool normalizes = Has(context, places_.normalization, kForgetGate);
  const bool peeps = Has(context, places_.peephole, 1);
  for (int g = first_gate; g < kGates; ++g) {
    MR_TRY(CheckVector(context, places_.bias + g, units_, TensorType::kFloat32));
    if (normalizes) {
      MR_TRY(CheckVector(context, places_.normalization + g, units_, TensorType::kFloat32));
    }
    if (peeps && kPeephole[g] >= 0) {
      MR_TRY(CheckVector(context, places_.peephole + kPeephole[g], units_, type));
    }
  }
  return Status::kOk;
}

Status LstmLayer::Prepare(const OpContext& context, const LstmPlaces& places,
                          const LstmOptions& options, int32_t batches, int32_t features,
                          int32_t aux_features) {
  places_ = places;
  options_ = options;
  features_ = features;
  aux_features_ = aux_features;
  MR_ENSURE(context, IsActivation(options.activation), Status::kUnsupported,
            "the fused activation is not known");
  const int forget = places.weights + kForgetGate;
  const int recurrent = places.recurrent + kForgetGate;
  MR_ENSURE(context, context.has_input(forget) && context.has_input(recurrent),
            Status::kInvalidModel, "weights of a gate are absent");
  MR_ENSURE(context, context.input(forget).rank() == 2 && context.input(recurrent).rank() == 2,
            Status::kInvalidShape, "the weights of a gate are no matrix");
  units_ = context.input(forget).dim(0);
  outputs_ = context.input(recurrent).dim(1);
  MR_ENSURE(context, Has(context, places.projection) || outputs_ == units_, Status::kInvalidShape,
            "without projection there are not as many outputs as units");
  const int first_gate = context.has_input(places.weights + kInputGate) ? 0 : 1;
  MR_TRY(CheckWeights(context, first_gate));
  MR_TRY(CheckVectors(context, first_gate));
  MR_TRY(CheckState(context, places.hidden, int64_t{batches} * outputs_));
  MR_TRY(CheckState(context, places.cell, int64_t{batches} * units_));
  const auto units = static_cast<size_t>(units_);
  MR_TRY(context.RequestScratch(kGates * units * sizeof(float), &gates_));
  if (context.input(forget).type() == TensorType::kFloat32) return Status::kOk;
  int32_t longest = features_ > aux_features_ ? features_ : aux_features_;
  if (units_ > longest) longest = units_;
  if (outputs_ > longest) longest = outputs_;
  return context.RequestScratch(static_cast<size_t>(longest), &row_);
}

void LstmLayer::Gate(const OpContext& context, int gate, const float* input, const float* aux,
                     const float* hidden, const float* cell, float* values) const {
  const HybridRow row = {row_, options_.asymmetric};
  const float* bias = context.input_data<float>(places_.bias + gate);
  const bool normalizes = Has(context, places_.normalization, gate);
  for (int32_t u = 0; u < units_; ++u) values[u] = normalizes ? 0.0f : bias[u];
  AccumulateProducts(context.input(places_.weights + gate), input, row, values);
  if (aux != nullptr) {
    AccumulateProducts(context.input(places_.aux_weights + gate), aux, row, values);
  }
  AccumulateProducts(context.input(places_.recurrent + gate), hidden, row, values);
  if (kPeephole[gate] >= 0 && Has(context, places_.peephole, 1)) {
    AddPeephole(context.input(places_.peephole + kPeephole[gate]), cell, values);
  }
  if (normalizes) {
    Normalize(context.input_data<float>(places_.normalization + gate), bias, units_, values);
  }
  if (gate == kCellGate) {
    Activate(options_.activation, values, units_);
  } else {
    ApplySigmoid(values, units_);
  }
}

void LstmLayer::Step(const OpContext& context, int32_t example, const float* input,
                     const float* aux, float* output) const {
  float* hidden = context.input(places_.hidden).data<float>() + ptrdiff_t{example} * outputs_;
  float* cell = context.input(places_.cell).data<float>() + ptrdiff_t{example} * units_;
  float* gates[kGates];
  for (int g = 0; g < kGates; ++g) gates[g] = gates_ + ptrdiff_t{g} * units_;
  const bool is_coupled = !context.has_input(places_.weights + kInputGate);
  for (int g = is_coupled ? kForgetGate : kInputGate; g < kOutputGate; ++g) {
    Gate(context, g, input, aux, hidden, cell, gates[g]);
  }
  for (int32_t u = 0; u < units_; ++u) {
    const float forget = gates[kForgetGate][u];
    const float let_in = is_coupled ? 1.0f - forget : gates[kInputGate][u];
    cell[u] = forget * cell[u] + let_in * gates[kCellGate][u];
  }
  Clip(options_.cell_clip, units_, cell);
  Gate(context, kOutputGate, input, aux, hidden, cell, gates[kOutputGate]);
  float* made = gates[kCellGate];
  for (int32_t u = 0; u < units_; ++u) made[u] = cell[u];
  Activate(options_.activation, made, units_);
  for (int32_t u = 0; u < units_; ++u) made[u] *= gates[kOutputGate][u];
  const size_t bytes = static_cast<size_t>(outputs_) * sizeof(float);
  if (Has(context, places_.projection)) {
    const float* bias = context.input_data<float>(places_.projection + 1);
    for (int32_t o = 0; o < outputs_; ++o) output[o] = bias == nullptr ? 0.0f : bias[o];
    AccumulateProducts(context.input(places_.projection), made, {row_, options_.asymmetric},
                       output);
    Clip(options_.projection_clip, outputs_, output);
  } else {
    __builtin_memcpy(output, made, bytes);
  }
  __builtin_memcpy(hidden, output, bytes);
}

}  // namespace millrace::micro
