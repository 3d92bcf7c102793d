// FloatLstmLayer: an LSTM of float activations with all that the ops offer; weights of float32, or
// int8 with one scale (then what they multiply is quantised, too: hybrid).
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_

#include <cstdint>

#include "micro/core/op.h"
#include "micro/kernels/loops/float_layers.h"
#include "micro/kernels/loops/lstm_layer.h"

namespace millrace::micro {

// A field of a kernel's op data.
class FloatLstmLayer {
 public:
  // Checks types and shapes but for the sequences, and asks for scratch memory. aux_features: 0
  // where there is no auxiliary input. kUnsupportedType, kUnsupported, kInvalidShape,
  // kInvalidModel.
  Status Prepare(const OpContext& context, const LstmPlaces& places, const LstmOptions& options,
                 int32_t batches, int32_t features, int32_t aux_features);

  int32_t outputs() const { return sizes_.outputs; }

  // One step of one example: input [features], aux [aux_features] or nullptr, output [outputs].
  void Step(const OpContext& context, int32_t example, const float* input, const float* aux,
            float* output) const;

 private:
  void Gate(const OpContext& context, int gate, const float* input, const float* aux,
            const float* hidden, const float* cell, float* values) const;

  LstmPlaces places_;
  LstmOptions options_;
  LstmSizes sizes_;
  float* gates_;  // scratch: four [units]
  int8_t* row_;   // scratch of a hybrid layer: its longest vector
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FLOAT_LSTM_LAYER_H_
