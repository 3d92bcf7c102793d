// BIDIRECTIONAL_SEQUENCE_LSTM: two long short-term memories over a sequence of float activations.
#ifndef MILLRACE_MICRO_KERNELS_BIDIRECTIONAL_SEQUENCE_LSTM_H_
#define MILLRACE_MICRO_KERNELS_BIDIRECTIONAL_SEQUENCE_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Two layers (see loops/lstm_layer.h for what may be absent), of which the second runs from the
// last step to the first. input [batch, time, features], or time first; then for either direction
// weights, recurrent weights, peepholes, biases, projection and its bias; then hidden and cell
// state of either; optional: an auxiliary input with weights of either for it; without weights it
// is the backward layer's input. Two outputs, or with merge_outputs one with both layers' values,
// forwards first.
extern const OpRegistration kBidirectionalSequenceLstmOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_BIDIRECTIONAL_SEQUENCE_LSTM_H_
