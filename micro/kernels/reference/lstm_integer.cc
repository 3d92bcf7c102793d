#include "micro/kernels/loops/lstm_integer.h"

#include "micro/kernels/loops/four_dots.h"
#include "micro/kernels/reference/lstm_unit.h"

namespace millrace::micro::lstm {
namespace {

constexpr float kGateScale = 1.0f / 4096;
constexpr float kActivationScale = 1.0f / 32768;

// The exponent of a power of two; 1 when the scale is none, or not one to be met.
int ExponentOf(float scale) {
  for (int exponent = -9; exponent >= -30; --exponent) {
    if (scale == 1.0f / static_cast<float>(1 << -exponent)) return exponent;
  }
  return 1;
}

// Cheap to compute, so each invoke does: factors would be most of the op's memory.
bool FactorsOf(const OpContext& context, IntCells* f) {
  const float input = context.input(kInput).scale(), hidden = context.input(kHidden).scale();
  const float cell = context.input(kCell).scale();
  bool fit = RequantOf(kActivationScale, cell, cell, &f->forget) &&
             RequantOf(kActivationScale, kActivationScale, cell, &f->update) &&
             RequantOf(kActivationScale, kActivationScale, hidden, &f->hidden);
  for (int g = 0; g < kGates; ++g) {
    fit = fit &&
          RequantOf(input, context.input(kWeights + g).scale(), kGateScale, &f->weights[g]) &&
          RequantOf(hidden, context.input(kRecurrentWeights + g).scale(), kGateScale,
                    &f->recurrent[g]);
  }
  f->cell_shift = ExponentOf(cell) + 12;
  return fit && f->cell_shift <= 3;
}

// One step of one example; x and h without their zero points.
void Int8Step(const Sizes& s, const IntCells& f, Parameters<int8_t, int32_t> p, const int16_t* x,
              const int16_t* h, int16_t* cell, int8_t* output) {
  for (int32_t left = s.units; left > 0; left -= kIntCells) {
    const int32_t count = left < kIntCells ? left : kIntCells;
    GateSums sums;
    for (int32_t u = 0; u < count; ++u) {
      FourDots(x, p.weights, s.features, sums.from_input[u]);
      FourDots(h, p.recurrent, s.units, sums.from_hidden[u]);
      for (int g = 0; g < kGates; ++g) {
        p.weights[g] += s.features;
        p.recurrent[g] += s.units;
      }
    }
    UpdateCells(f, sums, p.bias, count, cell, output);
    for (const int32_t*& bias : p.bias) bias += count;
    cell += count;
    output += count;
  }
}

void Int16Step(const Sizes& s, const IntCells& f, Parameters<int8_t, int64_t> p, const int16_t* x,
               const int16_t* h, int16_t* cell, int16_t* output) {
  const auto rescale = [](int64_t sum, Requant r) {
    return MultiplyByRequant64(sum, r.multiplier, r.shift);
  };
  for (int32_t u = 0; u < s.units; ++u) {
    int64_t from_input[kGates], from_hidden[kGates];
    FourDots(x, p.weights, s.features, from_input);
    FourDots(h, p.recurrent, s.units, from_hidden);
    int32_t gates[kGates];
    for (int g = 0; g < kGates; ++g) {
      p.weights[g] += s.features;
      p.recurrent[g] += s.units;
      gates[g] = Activated(g, rescale(from_input[g] + p.bias[g][u], f.weights[g]),
                           rescale(from_hidden[g], f.recurrent[g]));
    }
    const int32_t y = UpdateCell(f, gates, cell + u) + f.zero_point;
    output[u] = static_cast<int16_t>(Saturate16(y));
  }
}

}  // namespace

Status CheckQuantization(const OpContext& context) {
  IntCells factors;
  MR_ENSURE(context, FactorsOf(context, &factors), Status::kInvalidQuantization,
            "the scales do not fit, or the cell's is not a power of two");
  bool symmetric = context.input(kCell).is_symmetric();
  for (int g = 0; g < kGates; ++g) {
    symmetric = symmetric && context.input(kWeights + g).is_symmetric() &&
                context.input(kRecurrentWeights + g).is_symmetric();
  }
  MR_ENSURE(context, symmetric, Status::kInvalidQuantization,
            "weights or cell state have a zero point");
  if (context.input(kInput).type() == TensorType::kInt8) return Status::kOk;
  bool fit = context.input(kInput).is_symmetric() && context.input(kHidden).is_symmetric();
  for (int g = 0; g < kGates; ++g) {
    fit = fit && factors.weights[g].shift <= 7 && factors.recurrent[g].shift <= 7;
  }
  MR_ENSURE(context, fit, Status::kInvalidQuantization,
            "int16 activations have a zero point or too large a scale");
  return Status::kOk;
}

void RunInteger(const OpContext& context, const Data& data, const Sizes& s) {
  IntCells f;
  FactorsOf(context, &f);
  const float steps = data.cell_clip / context.input(kCell).scale();
  const bool clips = data.cell_clip > 0.0f;
  const int32_t clip = clips && steps < 32767.0f ? static_cast<int32_t>(steps) : 32767;
  f.range = {clips ? -clip : -32768, clip};
  f.zero_point = context.input(kHidden).zero_point();
  if (context.input(kInput).type() == TensorType::kInt16) {
    const auto p = ParametersOf<int8_t, int64_t>(context);
    ForEachStep<int16_t, int16_t>(context, s, data.time_major,
                                  [&](const int16_t* x, const int16_t* h, int16_t* cell,
                                      int16_t* out) { Int16Step(s, f, p, x, h, cell, out); });
    return;
  }
  const auto p = ParametersOf<int8_t, int32_t>(context);
  const int32_t input_zero_point = context.input(kInput).zero_point();
  auto* wide_x = static_cast<int16_t*>(data.scratch);
  int16_t* wide_h = wide_x + HiddenOffset(s);
  ForEachStep<int8_t, int16_t>(context, s, data.time_major,
                               [&](const int8_t* x, const int8_t* h, int16_t* cell, int8_t* out) {
                                 WidenForDots(x, s.features, input_zero_point, wide_x);
                                 WidenForDots(h, s.units, f.zero_point, wide_h);
                                 Int8Step(s, f, p, wide_x, wide_h, cell, out);
                               });
}

}  // namespace millrace::micro::lstm
