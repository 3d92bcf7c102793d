#include "micro/kernels/loops/integer_lstm_layer.h"

#include "micro/kernels/common/fixed_point.h"
#include "micro/kernels/common/fixed_point16.h"
#include "micro/kernels/common/quantization.h"

namespace millrace::micro {
namespace {

constexpr int kMade = 4;  // the intermediate tensor of the output before its projection
constexpr int kIntermediates = 5;
constexpr float kGateScale = 1.0f / 4096;
constexpr int kGateIntegerBits = 3;

int32_t Saturate16(int32_t x) { return Clamp(x, INT16_MIN, INT16_MAX); }

bool IsInt8Matrix(const TensorView& weights) {
  return weights.type() == TensorType::kInt8 && weights.scale_count() == 1 &&
         weights.is_symmetric();
}

// Scales are multiplied in single precision, as the peer has it.
bool FactorOf(float a, float b, float c, Requant* factor) {
  return RequantOf(a * b / c, 1.0f, 1.0f, factor);
}

// The exponent of a power of two from 2^-15 to 2^-9; 0 for any other.
int ExponentOf(float scale) {
  for (int exponent = -15; exponent <= -9; ++exponent) {
    if (scale == 1.0f / static_cast<float>(1 << -exponent)) return exponent;
  }
  return 0;
}

// Factors to a gate's steps before its normalisation.
struct GateFactors {
  Requant weights, recurrent, peephole, normalization;
};

bool FactorsOf(const OpContext& context, const LstmPlaces& p, int gate, GateFactors* f) {
  const bool normalizes = p.normalizes(context);
  const float to = normalizes ? context.intermediate(gate).scale() : kGateScale;
  const auto scale = [&](int i) { return context.input(i).scale(); };
  bool fit = FactorOf(scale(p.weights + gate), scale(0), to, &f->weights) &&
             FactorOf(scale(p.recurrent + gate), scale(p.hidden), to, &f->recurrent);
  if (kPeepholeOf[gate] >= 0 && p.peeps(context)) {
    const int peephole = p.peephole + kPeepholeOf[gate];
    fit = fit && FactorOf(scale(p.cell), scale(peephole), to, &f->peephole);
  }
  if (normalizes) {
    fit = fit && RequantOf(scale(p.normalization + gate), 1.0f, 1.0f, &f->normalization);
  }
  return fit;
}

// Factors of what follows the gates: the output before its projection, and after it.
struct OutputFactors {
  Requant made, projection;
};

bool FactorsOf(const OpContext& context, const LstmPlaces& p, OutputFactors* f) {
  constexpr float kOne = 1.0f / 32768;  // a step of gate and tanh
  const float made = context.intermediate(kMade).scale();
  if (!FactorOf(kOne, kOne, made, &f->made)) return false;
  return !p.projects(context) || FactorOf(context.input(p.projection).scale(), made,
                                          context.input(p.hidden).scale(), &f->projection);
}

// values[r] = the factor times (bias[r] + sum_i (x[i] - zero_point) * weights[r][i]), plus what
// values[r] was, saturated.
void AddProducts(const int8_t* weights, const int8_t* x, int32_t n, int32_t zero_point,
                 const int32_t* bias, Requant factor, int32_t rows, int16_t* values) {
  for (int32_t r = 0; r < rows; ++r) {
    int32_t sum = bias == nullptr ? 0 : bias[r];
    for (int32_t i = 0; i < n; ++i) sum += (x[i] - zero_point) * *weights++;
    values[r] = static_cast<int16_t>(Saturate16(MultiplyByRequant(sum, factor) + values[r]));
  }
}

// Of the unit at `first` of all examples' and those behind it. The peer takes as many peepholes an
// example as there are outputs, not units: the same without a projection.
void AddPeephole(const int16_t* weights, const LstmSizes& s, int32_t first, const int16_t* cell,
                 Requant factor, int16_t* values) {
  const int64_t end = int64_t{s.batches} * s.outputs - first;
  for (int32_t u = 0; u < s.units && u < end; ++u) {
    const int32_t peephole = (first + u) % s.outputs;
    if (peephole >= s.units) continue;
    const int32_t product = MultiplyByRequant(weights[peephole] * cell[u], factor);
    values[u] = static_cast<int16_t>(Saturate16(product + values[u]));
  }
}

// Mean 0 and deviation 1, then times weights plus bias; ten bits behind the point meanwhile.
void Normalize(const int16_t* weights, const int32_t* bias, float weight_scale, Requant factor,
               int32_t n, int16_t* values) {
  int64_t sum = 0, squares = 0;
  for (int32_t i = 0; i < n; ++i) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  constexpr int kBits = 10, kHalf = 1 << (kBits - 1);
  const auto mean = static_cast<int32_t>(sum * (1 << kBits) / n);
  const int64_t scaled_variance = squares * ((1 << 2 * kBits) / n) - int64_t{mean} * mean;
  auto variance = static_cast<int32_t>(scaled_variance / (1 << 2 * kBits));
  if (variance < 1) {
    const float least = 10000.0f * weight_scale;
    variance = least < 1.0f ? 1 : least < 1e9f ? static_cast<int32_t>(least) : 1000000000;
  }
  const Requant inverse = InverseSqrt(variance);
  for (int32_t i = 0; i < n; ++i) {
    const int32_t deviation = values[i] * (1 << kBits) - mean;
    const int32_t normal = MultiplyByRequant(deviation, inverse.multiplier, inverse.shift);
    const int64_t weighted = int64_t{normal} * weights[i] + bias[i];
    const auto rounded =
        static_cast<int32_t>((weighted + (weighted > 0 ? kHalf : -kHalf)) / (1 << kBits));
    const int32_t value = MultiplyByRequant(rounded, factor.multiplier, factor.shift + 12);
    values[i] = static_cast<int16_t>(Saturate16(value));
  }
}

// In units of a scale; 0: none.
int32_t ClipOf(float clip, float scale, int32_t most) {
  if (!(clip > 0.0f)) return 0;
  const float steps = clip / scale;
  return steps < static_cast<float>(most) ? static_cast<int32_t>(steps) : most;
}

}  // namespace

Status IntegerLstmLayer::Prepare(const OpContext& context, const LstmPlaces& places,
                                 const LstmOptions& options, int32_t batches, int32_t features,
                                 bool together) {
  places_ = places;
  sizes_ = {batches, features, 0, 0, 0};
  MR_TRY(CheckLstmLayer(context, places,
                        {TensorType::kInt8, TensorType::kInt16, TensorType::kInt16,
                         TensorType::kInt32, TensorType::kInt8, TensorType::kInt16, IsInt8Matrix},
                        &sizes_));
  MR_ENSURE(context, options.activation == Activation::kTanh, Status::kUnsupported,
            "the activation is not tanh");
  MR_ENSURE(context, context.num_intermediates() == kIntermediates, Status::kInvalidModel,
            "there are not five intermediate tensors");
  MR_ENSURE(context, context.intermediate(kMade).present(), Status::kInvalidModel,
            "an intermediate tensor is missing");
  if (!together) sizes_.batches = 1;
  cell_exponent_ = ExponentOf(context.input(places.cell).scale());
  OutputFactors factors;
  bool fit = cell_exponent_ != 0 && context.input(places.cell).is_symmetric() &&
             FactorsOf(context, places, &factors);
  for (int g = places.is_coupled(context) ? kForgetGate : kInputGate; g < kLstmGates; ++g) {
    GateFactors of_gate;
    MR_ENSURE(context, !places.normalizes(context) || context.intermediate(g).present(),
              Status::kInvalidModel, "an intermediate tensor is missing");
    fit = fit && FactorsOf(context, places, g, &of_gate);
    // The normalisation shifts by 12 more.
    fit = fit && (!places.normalizes(context) || of_gate.normalization.shift <= 18);
  }
  MR_ENSURE(context, fit, Status::kInvalidQuantization,
            "the scales do not fit, or the cell's is not a power of two");
  cell_clip_ = ClipOf(options.cell_clip, context.input(places.cell).scale(), INT16_MAX);
  projection_clip_ =
      ClipOf(options.projection_clip, context.input(places.hidden).scale(), INT8_MAX);
  const auto units = static_cast<size_t>(sizes_.units);
  MR_TRY(context.RequestScratch(kLstmGates * units * sizeof(int16_t), &gates_));
  return places.projects(context) ? context.RequestScratch(units, &made_) : Status::kOk;
}

void IntegerLstmLayer::Gate(const OpContext& context, int gate, int32_t example,
                            const int8_t* input, const int8_t* hidden, const int16_t* cell,
                            int16_t* values) const {
  const LstmPlaces& p = places_;
  const int32_t units = sizes_.units;
  const auto* bias = context.input_data<int32_t>(p.bias + gate);
  const bool normalizes = p.normalizes(context);
  GateFactors f;
  FactorsOf(context, p, gate, &f);
  __builtin_memset(values, 0, static_cast<size_t>(units) * sizeof(int16_t));
  AddProducts(context.input_data<int8_t>(p.weights + gate), input, sizes_.features,
              context.input(0).zero_point(), normalizes ? nullptr : bias, f.weights, units, values);
  AddProducts(context.input_data<int8_t>(p.recurrent + gate), hidden, sizes_.outputs,
              context.input(p.hidden).zero_point(), nullptr, f.recurrent, units, values);
  if (kPeepholeOf[gate] >= 0 && p.peeps(context)) {
    AddPeephole(context.input_data<int16_t>(p.peephole + kPeepholeOf[gate]), sizes_,
                example % sizes_.batches * units, cell, f.peephole, values);
  }
  if (normalizes) {
    const int weights = p.normalization + gate;
    Normalize(context.input_data<int16_t>(weights), bias, context.input(weights).scale(),
              f.normalization, units, values);
  }
  for (int32_t u = 0; u < units; ++u) {
    values[u] = gate == kCellGate ? TanhFixed16(values[u], kGateIntegerBits)
                                  : LogisticFixed16(values[u], kGateIntegerBits);
  }
}

void IntegerLstmLayer::Output(const OpContext& context, const int16_t* cell, const int16_t* gate,
                              int8_t* output) const {
  const LstmPlaces& p = places_;
  OutputFactors f;
  FactorsOf(context, p, &f);
  const int32_t zero = context.input(p.hidden).zero_point();
  // As the peer has it, the zero point of what is to be projected counts the other way round.
  const int32_t made_zero = p.projects(context) ? -context.intermediate(kMade).zero_point()
                                                : context.intermediate(kMade).zero_point();
  int8_t* made = p.projects(context) ? made_ : output;
  for (int32_t u = 0; u < sizes_.units; ++u) {
    const int32_t value = gate[u] * TanhFixed16(cell[u], 15 + cell_exponent_);
    made[u] = static_cast<int8_t>(
        Clamp(MultiplyByRequant(value, f.made) + made_zero, INT8_MIN, INT8_MAX));
  }
  if (!p.projects(context)) return;
  const auto* weights = context.input_data<int8_t>(p.projection);
  const auto* bias = context.input_data<int32_t>(p.projection + 1);
  for (int32_t o = 0; o < sizes_.outputs; ++o) {
    int32_t sum = bias == nullptr ? 0 : bias[o];
    for (int32_t u = 0; u < sizes_.units; ++u) sum += (made[u] - made_zero) * *weights++;
    int32_t value = Clamp(MultiplyByRequant(sum, f.projection) + zero, INT8_MIN, INT8_MAX);
    if (projection_clip_ > 0) value = Clamp(value, -projection_clip_, projection_clip_);
    output[o] = static_cast<int8_t>(value);
  }
}

void IntegerLstmLayer::Step(const OpContext& context, int32_t example, const int8_t* input,
                            int8_t* output) const {
  const int32_t units = sizes_.units;
  auto* hidden = context.input(places_.hidden).data<int8_t>() + ptrdiff_t{example} * sizes_.outputs;
  auto* cell = context.input(places_.cell).data<int16_t>() + ptrdiff_t{example} * units;
  int16_t* gates[kLstmGates];
  for (int g = 0; g < kLstmGates; ++g) gates[g] = gates_ + ptrdiff_t{g} * units;
  const bool is_coupled = places_.is_coupled(context);
  for (int g = is_coupled ? kForgetGate : kInputGate; g < kOutputGate; ++g) {
    Gate(context, g, example, input, hidden, cell, gates[g]);
  }
  for (int32_t u = 0; u < units; ++u) {
    const int32_t forget = gates[kForgetGate][u];
    const int32_t let_in = is_coupled ? INT16_MAX - forget : gates[kInputGate][u];
    const int32_t kept = RoundingShiftRight(forget * cell[u], 15);
    const int32_t added = RoundingShiftRight(let_in * gates[kCellGate][u], 30 + cell_exponent_);
    const int32_t value = Saturate16(static_cast<int16_t>(kept) + static_cast<int16_t>(added));
    cell[u] = static_cast<int16_t>(cell_clip_ > 0 ? Clamp(value, -cell_clip_, cell_clip_) : value);
  }
  Gate(context, kOutputGate, example, input, hidden, cell, gates[kOutputGate]);
  Output(context, cell, gates[kOutputGate], output);
  __builtin_memcpy(hidden, output, static_cast<size_t>(sizes_.outputs));
}

}  // namespace millrace::micro
