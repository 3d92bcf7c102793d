// LstmLayer: an LSTM of float activations with all that the ops offer: coupled input and forget
// gates, peepholes, layer normalisation, projection, an auxiliary input; weights of float32, or
// int8 with one scale (then what they multiply is quantised, too: hybrid).
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/loops/float_layers.h"

namespace millrace::micro {

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
};

struct LstmOptions {
  float cell_clip;        // 0: none
  float projection_clip;  // 0: none
  Activation activation;
  bool asymmetric;  // of the quantisation of a hybrid layer
};

// A field of a kernel's op data.
class LstmLayer {
 public:
  // Checks types and shapes but for the sequences, and asks for scratch memory. aux_features: 0
  // where there is no auxiliary input. kUnsupportedType, kUnsupported, kInvalidShape,
  // kInvalidModel.
  Status Prepare(const OpContext& context, const LstmPlaces& places, const LstmOptions& options,
                 int32_t batches, int32_t features, int32_t aux_features);

  int32_t outputs() const { return outputs_; }

  // One step of one example: input [features], aux [aux_features] or nullptr, output [outputs].
  void Step(const OpContext& context, int32_t example, const float* input, const float* aux,
            float* output) const;

 private:
  Status CheckWeights(const OpContext& context, int first_gate) const;
  Status CheckVectors(const OpContext& context, int first_gate) const;
  void Gate(const OpContext& context, int gate, const float* input, const float* aux,
            const float* hidden, const float* cell, float* values) const;

  LstmPlaces places_;
  LstmOptions options_;
  int32_t features_, aux_features_, units_, outputs_;
  float* gates_;  // scratch: four [units]
  int8_t* row_;   // scratch of a hybrid layer: its longest vector
};

// UNIDIRECTIONAL_SEQUENCE_LSTM with what its own small loops lack. lstm.cc defines it, so that
// where LSTM is not linked nothing of it is, and its address is nullptr.
struct FullSequenceLstm {
  Status (*prepare)(const OpContext& context);
  void (*invoke)(const OpContext& context);
};
extern const FullSequenceLstm kFullSequenceLstm __attribute__((weak));

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_
