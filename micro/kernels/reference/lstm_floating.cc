#include "micro/kernels/loops/lstm_floating.h"

#include "micro/kernels/common/dynamic_quantization.h"
#include "micro/kernels/common/quantization.h"
#include "micro/kernels/loops/four_dots.h"

namespace millrace::micro::lstm {
namespace {

float Sigmoid(float x) { return 1.0f / (1.0f + __builtin_expf(-x)); }

// The rest of a step of one unit; gates before their activation.
float FloatUnit(const float* gates, float clip, float* cell) {
  float c = Sigmoid(gates[kForgetGate]) * *cell +
            Sigmoid(gates[kInputGate]) * __builtin_tanhf(gates[kCellGate]);
  if (clip > 0.0f) c = ClampFloat(c, -clip, clip);
  *cell = c;
  return Sigmoid(gates[kOutputGate]) * __builtin_tanhf(c);
}

void FloatStep(const Sizes& s, Parameters<float, float> p, float clip, const float* x,
               const float* h, float* cell, float* output) {
  for (int32_t u = 0; u < s.units; ++u) {
    float gates[kGates], from_hidden[kGates];
    FourDots(x, p.weights, s.features, gates);
    FourDots(h, p.recurrent, s.units, from_hidden);
    for (int g = 0; g < kGates; ++g) {
      p.weights[g] += s.features;
      p.recurrent[g] += s.units;
      gates[g] += p.bias[g][u] + from_hidden[g];
    }
    output[u] = FloatUnit(gates, clip, cell + u);
  }
}

// A hybrid layer's row: quantised, its zero point taken off. `wide` has room for n int16.
float QuantizeRow(const float* row, int32_t n, bool asymmetric, int16_t* wide) {
  // The bytes go to the end of the room, where WidenForDots takes them.
  int8_t* narrow = reinterpret_cast<int8_t*>(wide) + n;
  const DynamicScale scale =
      asymmetric ? QuantizeAsymmetric(row, n, narrow) : QuantizeSymmetric(row, n, narrow);
  WidenForDots(narrow, n, scale.zero_point, wide);
  return scale.scale;
}

struct HybridScales {
  float weights[kGates];
  float recurrent[kGates];
};

void HybridStep(const Sizes& s, const HybridScales& scales, Parameters<int8_t, float> p, float clip,
                const int16_t* x, float x_scale, const int16_t* h, float h_scale, float* cell,
                float* output) {
  for (int32_t u = 0; u < s.units; ++u) {
    int32_t from_input[kGates], from_hidden[kGates];
    FourDots(x, p.weights, s.features, from_input);
    FourDots(h, p.recurrent, s.units, from_hidden);
    float gates[kGates];
    for (int g = 0; g < kGates; ++g) {
      p.weights[g] += s.features;
      p.recurrent[g] += s.units;
      gates[g] = p.bias[g][u] + static_cast<float>(from_input[g]) * (x_scale * scales.weights[g]) +
                 static_cast<float>(from_hidden[g]) * (h_scale * scales.recurrent[g]);
    }
    output[u] = FloatUnit(gates, clip, cell + u);
  }
}

}  // namespace

void RunHybrid(const OpContext& context, const Data& data, const Sizes& s) {
  const auto p = ParametersOf<int8_t, float>(context);
  HybridScales scales;
  for (int g = 0; g < kGates; ++g) {
    scales.weights[g] = context.input(kWeights + g).scale();
    scales.recurrent[g] = context.input(kRecurrentWeights + g).scale();
  }
  auto* wide_x = static_cast<int16_t*>(data.scratch);
  int16_t* wide_h = wide_x + HiddenOffset(s);
  ForEachStep<float, float>(
      context, s, data.time_major, [&](const float* x, const float* h, float* cell, float* out) {
        const float x_scale = QuantizeRow(x, s.features, data.asymmetric, wide_x);
        const float h_scale = QuantizeRow(h, s.units, data.asymmetric, wide_h);
        HybridStep(s, scales, p, data.cell_clip, wide_x, x_scale, wide_h, h_scale, cell, out);
      });
}

void RunFloat(const OpContext& context, const Data& data, const Sizes& s) {
  const auto p = ParametersOf<float, float>(context);
  ForEachStep<float, float>(context, s, data.time_major,
                            [&](const float* x, const float* h, float* cell, float* out) {
                              FloatStep(s, p, data.cell_clip, x, h, cell, out);
                            });
}

}  // namespace millrace::micro::lstm
