// What the LSTM kernels share: the op's inputs, its sizes, and the walk over examples and steps.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_LSTM_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_LSTM_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro::lstm {

constexpr int kGates = 4;
enum Gate { kInputGate, kForgetGate, kCellGate, kOutputGate };
// Of a group of kGates (peepholes: three) inputs, the first.
enum Inputs {
  kInput = 0,
  kWeights = 1,
  kRecurrentWeights = 5,
  kPeephole = 9,
  kBias = 12,
  kProjection = 16,
  kProjectionBias = 17,
  kHidden = 18,
  kCell = 19,
  kNormalization = 20
};

// Op data.
struct Data {
  void* scratch;  // ScratchBytes, aligned to 8
  float cell_clip;
  bool time_major;
  bool asymmetric;
};

struct Sizes {
  int32_t batches, steps, features, units;
};

// Two vectors for FourDots: of the input's features, then, aligned to 8 too, of the hidden state.
inline size_t HiddenOffset(const Sizes& s) { return (static_cast<size_t>(s.features) + 3) / 4 * 4; }
inline size_t ScratchBytes(const Sizes& s) {
  return sizeof(int16_t) * (HiddenOffset(s) + static_cast<size_t>(s.units));
}

// What a pass over a sequence reads. W: of weights, B: of biases.
template <typename W, typename B>
struct Parameters {
  const W* weights[kGates];
  const W* recurrent[kGates];
  const B* bias[kGates];
};

template <typename W, typename B>
Parameters<W, B> ParametersOf(const OpContext& context) {
  Parameters<W, B> p;
  for (int g = 0; g < kGates; ++g) {
    p.weights[g] = context.input_data<W>(kWeights + g);
    p.recurrent[g] = context.input_data<W>(kRecurrentWeights + g);
    p.bias[g] = context.input_data<B>(kBias + g);
  }
  return p;
}

// Calls step(input row, hidden state, cell state, output row) for each example and step; A is of
// activations, C of the cell. The output row becomes the hidden state.
template <typename A, typename C, typename Step>
void ForEachStep(const OpContext& context, const Sizes& s, bool time_major, const Step& step) {
  const A* input = context.input_data<A>(kInput);
  A* hidden = context.input(kHidden).data<A>();
  C* cell = context.input(kCell).data<C>();
  A* output = context.output_data<A>();
  for (int32_t b = 0; b < s.batches; ++b, hidden += s.units, cell += s.units) {
    for (int32_t t = 0; t < s.steps; ++t) {
      const int32_t row = time_major ? t * s.batches + b : b * s.steps + t;
      A* out = output + row * s.units;
      step(input + row * s.features, hidden, cell, out);
      __builtin_memcpy(hidden, out, sizeof(A) * static_cast<size_t>(s.units));
    }
  }
}

}  // namespace millrace::micro::lstm

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_LSTM_H_
