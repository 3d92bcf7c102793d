// IntegerLstmLayer: an LSTM of int8 activations and weights with an int16 cell and all that the ops
// offer but an auxiliary input. Bit-equal to TensorFlow Lite's, whose arithmetic differs from that
// of the plain layers of loops/lstm_integer.h, which are TensorFlow Lite Micro's.
//
// The op has five intermediate tensors: scales of the four gates before their normalisation (else
// they count as 2^-12), and scale and zero point of the output before its projection.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_INTEGER_LSTM_LAYER_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_INTEGER_LSTM_LAYER_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/loops/lstm_layer.h"

namespace millrace::micro {

// A field of a kernel's op data.
class IntegerLstmLayer {
 public:
  // Checks types, quantisation and shapes but for the sequences, and asks for scratch memory.
  // Biases: int32; peepholes and normalisation: int16; the cell's scale: a power of two from 2^-15
  // to 2^-9; activation: tanh. kUnsupportedType, kUnsupported, kInvalidQuantization, kInvalidShape,
  // kInvalidModel.
  // together: all examples make a step before any makes the next, which decides about peepholes
  // where there are not as many outputs as units.
  Status Prepare(const OpContext& context, const LstmPlaces& places, const LstmOptions& options,
                 int32_t batches, int32_t features, bool together);

  int32_t outputs() const { return sizes_.outputs; }

  // One step of one example: input [features], output [outputs].
  void Step(const OpContext& context, int32_t example, const int8_t* input, int8_t* output) const;

 private:
  void Gate(const OpContext& context, int gate, int32_t example, const int8_t* input,
            const int8_t* hidden, const int16_t* cell, int16_t* values) const;
  void Output(const OpContext& context, const int16_t* cell, const int16_t* gate,
              int8_t* output) const;

  LstmPlaces places_;
  LstmSizes sizes_;          // batches: of examples that make their steps together
  int32_t cell_clip_;        // 0: none
  int32_t projection_clip_;  // 0: none
  int cell_exponent_;        // of the cell's scale
  int16_t* gates_;           // scratch: four [units]
  int8_t* made_;             // scratch: [units], what is to be projected
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_INTEGER_LSTM_LAYER_H_
