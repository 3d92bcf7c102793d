#include "micro/kernels/loops/float_lstm_layer.h"

#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

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

}  // namespace

Status FloatLstmLayer::Prepare(const OpContext& context, const LstmPlaces& places,
                               const LstmOptions& options, int32_t batches, int32_t features,
                               int32_t aux_features) {
  places_ = places;
  options_ = options;
  sizes_ = {batches, features, aux_features, 0, 0};
  MR_ENSURE(context, IsActivation(options.activation), Status::kUnsupported,
            "the fused activation is not known");
  const int forget = places.weights + kForgetGate;
  MR_ENSURE(context, context.has_input(forget), Status::kInvalidModel,
            "weights of a gate are absent");
  const TensorType weights = context.input(forget).type(), type = TensorType::kFloat32;
  MR_TRY(CheckLstmLayer(context, places,
                        {weights, weights, type, type, type, type, AreFloatLayerWeights}, &sizes_));
  const auto units = static_cast<size_t>(sizes_.units);
  MR_TRY(context.RequestScratch(kLstmGates * units * sizeof(float), &gates_));
  if (weights == type) return Status::kOk;
  int32_t longest = features > aux_features ? features : aux_features;
  if (sizes_.units > longest) longest = sizes_.units;
  if (sizes_.outputs > longest) longest = sizes_.outputs;
  return context.RequestScratch(static_cast<size_t>(longest), &row_);
}

void FloatLstmLayer::Gate(const OpContext& context, int gate, const float* input, const float* aux,
                          const float* hidden, const float* cell, float* values) const {
  const HybridRow row = {row_, options_.asymmetric};
  const float* bias = context.input_data<float>(places_.bias + gate);
  const bool normalizes = places_.normalizes(context);
  for (int32_t u = 0; u < sizes_.units; ++u) values[u] = normalizes ? 0.0f : bias[u];
  AccumulateProducts(context.input(places_.weights + gate), input, row, values);
  if (aux != nullptr) {
    AccumulateProducts(context.input(places_.aux_weights + gate), aux, row, values);
  }
  AccumulateProducts(context.input(places_.recurrent + gate), hidden, row, values);
  if (kPeepholeOf[gate] >= 0 && places_.peeps(context)) {
    AddPeephole(context.input(places_.peephole + kPeepholeOf[gate]), cell, values);
  }
  if (normalizes) {
    Normalize(context.input_data<float>(places_.normalization + gate), bias, sizes_.units, values);
  }
  if (gate == kCellGate) {
    Activate(options_.activation, values, sizes_.units);
  } else {
    ApplySigmoid(values, sizes_.units);
  }
}

void FloatLstmLayer::Step(const OpContext& context, int32_t example, const float* input,
                          const float* aux, float* output) const {
  float* hidden = context.input(places_.hidden).data<float>() + ptrdiff_t{example} * sizes_.outputs;
  float* cell = context.input(places_.cell).data<float>() + ptrdiff_t{example} * sizes_.units;
  float* gates[kLstmGates];
  for (int g = 0; g < kLstmGates; ++g) gates[g] = gates_ + ptrdiff_t{g} * sizes_.units;
  const bool is_coupled = places_.is_coupled(context);
  for (int g = is_coupled ? kForgetGate : kInputGate; g < kOutputGate; ++g) {
    Gate(context, g, input, aux, hidden, cell, gates[g]);
  }
  for (int32_t u = 0; u < sizes_.units; ++u) {
    const float forget = gates[kForgetGate][u];
    const float let_in = is_coupled ? 1.0f - forget : gates[kInputGate][u];
    cell[u] = forget * cell[u] + let_in * gates[kCellGate][u];
  }
  Clip(options_.cell_clip, sizes_.units, cell);
  Gate(context, kOutputGate, input, aux, hidden, cell, gates[kOutputGate]);
  float* made = gates[kCellGate];
  for (int32_t u = 0; u < sizes_.units; ++u) made[u] = cell[u];
  Activate(options_.activation, made, sizes_.units);
  for (int32_t u = 0; u < sizes_.units; ++u) made[u] *= gates[kOutputGate][u];
  const size_t bytes = static_cast<size_t>(sizes_.outputs) * sizeof(float);
  if (places_.projects(context)) {
    const float* bias = context.input_data<float>(places_.projection + 1);
    for (int32_t o = 0; o < sizes_.outputs; ++o) output[o] = bias == nullptr ? 0.0f : bias[o];
    AccumulateProducts(context.input(places_.projection), made, {row_, options_.asymmetric},
                       output);
    Clip(options_.projection_clip, sizes_.outputs, output);
  } else {
    __builtin_memcpy(output, made, bytes);
  }
  __builtin_memcpy(hidden, output, bytes);
}

}  // namespace millrace::micro
