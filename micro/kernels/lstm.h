// LSTM, BIDIRECTIONAL_SEQUENCE_LSTM: long short-term memories of float activations.
#ifndef MILLRACE_MICRO_KERNELS_LSTM_H_
#define MILLRACE_MICRO_KERNELS_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// One step: input [batch, features], then what UNIDIRECTIONAL_SEQUENCE_LSTM has (see
// loops/float_lstm_layer.h for what may be absent) -> output [batch, outputs]. Or, kernel type
// BASIC: input, the last output [batch, units], weights [4 * units, features + units] of the gates
// input, cell, forget and output, bias [4 * units], the last state [batch, units] -> output, state,
// the input beside the last output, and the gates; all float32. Output and state become the last
// ones, where those are variables.
extern const OpRegistration kLstmOp;

// Two layers, of which the second runs from the last step to the first. input [batch, time,
// features], or time first; then for either direction weights, recurrent weights, peepholes,
// biases, projection and its bias; then hidden and cell state of either; optional: an auxiliary
// input with weights of either for it; without weights it is the backward layer's input. Two
// outputs, or with merge_outputs one with both layers' values, forwards first.
extern const OpRegistration kBidirectionalSequenceLstmOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LSTM_H_
