#include "micro/kernels/loops/lstm_integer.h"

#include "micro/kernels/common/activation.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/common/sigmoid16.h"
#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro::lstm {
namespace {

// Gates have 12 bits behind the point before their activation and 15 after it.
constexpr float kGateScale = 1.0f / 4096;
constexpr float kActivationScale = 1.0f / 32768;

// Factors are cheap to compute, so each invoke does: they would be most of the op's memory.
struct IntFactors {
  Requant weights[kGates];
  Requant recurrent[kGates];
  Requant forget;  // of forget gate times cell,
  Requant update;  // input gate times cell gate,
  Requant hidden;  // output gate times tanh(cell)
  int cell_shift;  // tanh's argument is 3 * cell * 2^cell_shift
};

// The exponent of a power of two; 1 when the scale is none, or not one to be met.
int ExponentOf(float scale) {
  for (int exponent = -9; exponent >= -30; --exponent) {
    if (scale == 1.0f / static_cast<float>(1 << -exponent)) return exponent;
  }
  return 1;
}

bool FactorsOf(const OpContext& context, IntFactors* f) {
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

int32_t Saturate16(int32_t x) { return Clamp(x, -32768, 32767); }

int32_t Rescale(int32_t sum, Requant r) { return MultiplyByRequant(sum, r); }
int32_t Rescale(int64_t sum, Requant r) { return MultiplyByRequant64(sum, r.multiplier, r.shift); }

// One step of one example; x and h without their zero points. A: of activations.
template <typename A, typename B>
void IntStep(const Sizes& s, const IntFactors& f, Parameters<int8_t, B> p, IntRange range,
             int32_t zero_point, const int16_t* x, const int16_t* h, int16_t* cell, A* output) {
  constexpr int32_t kLow = sizeof(A) == 1 ? -128 : -32768;
  for (int32_t u = 0; u < s.units; ++u) {
    B from_input[kGates], from_hidden[kGates];
    FourDots(x, p.weights, s.features, from_input);
    FourDots(h, p.recurrent, s.units, from_hidden);
    int32_t gates[kGates];
    for (int g = 0; g < kGates; ++g) {
      p.weights[g] += s.features;
      p.recurrent[g] += s.units;
      gates[g] = Saturate16(Saturate16(Rescale(from_input[g] + p.bias[g][u], f.weights[g])) +
                            Saturate16(Rescale(from_hidden[g], f.recurrent[g])));
      gates[g] = g == kCellGate ? Tanh16(3 * gates[g]) : Sigmoid16(3 * gates[g]);
    }
    const int32_t kept = MultiplyByRequant(gates[kForgetGate] * cell[u], f.forget);
    const int32_t added = MultiplyByRequant(gates[kInputGate] * gates[kCellGate], f.update);
    const int32_t c =
        Clamp(Saturate16(Saturate16(kept) + Saturate16(added)), range.low, range.high);
    cell[u] = static_cast<int16_t>(c);
    const int32_t argument = f.cell_shift >= 0
                                 ? 3 * c * (1 << f.cell_shift)
                                 : (3 * c + (1 << (-f.cell_shift - 1))) >> -f.cell_shift;
    const int32_t y = MultiplyByRequant(gates[kOutputGate] * Tanh16(argument), f.hidden);
    output[u] = static_cast<A>(Clamp(y + zero_point, kLow, -kLow - 1));
  }
}

}  // namespace

Status CheckQuantization(const OpContext& context) {
  IntFactors factors;
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
  IntFactors f;
  FactorsOf(context, &f);
  const float steps = data.cell_clip / context.input(kCell).scale();
  const bool clips = data.cell_clip > 0.0f;
  const int32_t clip = clips && steps < 32767.0f ? static_cast<int32_t>(steps) : 32767;
  const IntRange range = {clips ? -clip : -32768, clip};
  const int32_t zero_point = context.input(kHidden).zero_point();
  if (context.input(kInput).type() == TensorType::kInt16) {
    const auto p = ParametersOf<int8_t, int64_t>(context);
    ForEachStep<int16_t, int16_t>(
        context, s, data.time_major,
        [&](const int16_t* x, const int16_t* h, int16_t* cell, int16_t* out) {
          IntStep(s, f, p, range, zero_point, x, h, cell, out);
        });
    return;
  }
  const auto p = ParametersOf<int8_t, int32_t>(context);
  const int32_t input_zero_point = context.input(kInput).zero_point();
  auto* wide_x = static_cast<int16_t*>(data.scratch);
  int16_t* wide_h = wide_x + HiddenOffset(s);
  ForEachStep<int8_t, int16_t>(context, s, data.time_major,
                               [&](const int8_t* x, const int8_t* h, int16_t* cell, int8_t* out) {
                                 WidenForDots(x, s.features, input_zero_point, wide_x);
                                 WidenForDots(h, s.units, zero_point, wide_h);
                                 IntStep(s, f, p, range, zero_point, wide_x, wide_h, cell, out);
                               });
}

}  // namespace millrace::micro::lstm
