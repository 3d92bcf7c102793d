// What the LSTM layers have in common that do all that the ops offer: coupled input and forget
// gates, peepholes, layer normalisation, projection, an auxiliary input.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_LSTM_LAYER_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_LSTM_LAYER_H_

#include <cstdint>

#include "micro/core/op.h"

namespace millrace::micro {

constexpr int kLstmGates = 4;
enum LstmGate { kInputGate, kForgetGate, kCellGate, kOutputGate };
// Of a gate among the peepholes; the cell gate has none.
constexpr int kPeepholeOf[kLstmGates] = {0, 1, -1, 2};

// Where the op has the layer's inputs. Groups of four are of the gates input, forget, cell and
// output; those of the input gate are all absent where it is coupled to the forget gate (1 - it).
struct LstmPlaces {
  int weights;     // four [units, features]
  int recurrent;   // four [units, outputs]
  int peephole;    // three [units], all or none: of input, forget and output gate
  int bias;        // four [units]
  int projection;  // [outputs, units]; absent: outputs = units; then its bias [outputs], optional
  int hidden;      // a variable [batches, outputs]
  int cell;        // a variable [batches, units]
  int normalization;  // four [units], all or none; -1: none
  int aux_weights;    // four [units, features of the auxiliary input]; -1: none

  // Whether input i of a group is there.
  static bool Has(const OpContext& context, int first, int i = 0) {
    return first >= 0 && context.has_input(first + i);
  }
  bool is_coupled(const OpContext& context) const { return !Has(context, weights, kInputGate); }
  bool peeps(const OpContext& context) const { return Has(context, peephole, 1); }
  bool normalizes(const OpContext& context) const {
    return Has(context, normalization, kForgetGate);
  }
  bool projects(const OpContext& context) const { return Has(context, projection); }
};

struct LstmOptions {
  float cell_clip;        // 0: none
  float projection_clip;  // 0: none
  Activation activation;
  bool asymmetric;  // of the quantisation of a hybrid layer
};

// The sequences [batches, steps, features] of an input, or [steps, batches, features].
struct LstmSequence {
  int32_t batches, steps, features;
};
inline LstmSequence LstmSequenceOf(const TensorView& input, bool time_major) {
  const Shape s = input.shape();
  return {s[time_major ? 1 : 0], s[time_major ? 0 : 1], s[2]};
}

struct LstmTypes {
  TensorType weights, peephole, normalization, bias, hidden, cell;
  bool (*takes)(const TensorView& weights);  // their quantisation
};

struct LstmSizes {
  int32_t batches, features;
  int32_t aux_features;  // 0: no auxiliary input
  int32_t units, outputs;
};

// Checks that all is there, of these types and fitting shapes. Finds units and outputs out.
// kUnsupportedType, kInvalidShape, kInvalidModel.
Status CheckLstmLayer(const OpContext& context, const LstmPlaces& places, const LstmTypes& types,
                      LstmSizes* sizes);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_LSTM_LAYER_H_
