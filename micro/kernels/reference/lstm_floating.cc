#include "micro/kernels/loops/lstm_floating.h"

#include "micro/kernels/loops/dynamic_quantization.h"
#include "micro/kernels/loops/four_dots.h"
#include "micro/kernels/loops/lstm_cells.h"

namespace millrace::micro::lstm {
namespace {

int32_t CellsFrom(const Sizes& s, int32_t first) {
  return s.units - first < kFloatCells ? s.units - first : kFloatCells;
}

void FloatStep(const Sizes& s, Parameters<float, float> p, float clip, const float* x,
               const float* h, float* cell, float* output) {
  for (int32_t first = 0; first < s.units; first += kFloatCells) {
    const int32_t count = CellsFrom(s, first);
    float gates[kFloatCells][kGates];
    for (int32_t u = 0; u < count; ++u) {
      float from_hidden[kGates];
      FourDots(x, p.weights, s.features, gates[u]);
      FourDots(h, p.recurrent, s.units, from_hidden);
      for (int g = 0; g < kGates; ++g) {
        p.weights[g] += s.features;
        p.recurrent[g] += s.units;
        gates[u][g] += *p.bias[g]++ + from_hidden[g];
      }
    }
    UpdateCells(gates, clip, count, cell + first, output + first);
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
  for (int32_t first = 0; first < s.units; first += kFloatCells) {
    const int32_t count = CellsFrom(s, first);
    float gates[kFloatCells][kGates];
    for (int32_t u = 0; u < count; ++u) {
      int32_t from_input[kGates], from_hidden[kGates];
      FourDots(x, p.weights, s.features, from_input);
      FourDots(h, p.recurrent, s.units, from_hidden);
      for (int g = 0; g < kGates; ++g) {
        p.weights[g] += s.features;
        p.recurrent[g] += s.units;
        gates[u][g] = *p.bias[g]++ +
                      static_cast<float>(from_input[g]) * (x_scale * scales.weights[g]) +
                      static_cast<float>(from_hidden[g]) * (h_scale * scales.recurrent[g]);
      }
    }
    UpdateCells(gates, clip, count, cell + first, output + first);
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
