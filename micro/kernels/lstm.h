// LSTM: a step of a long short-term memory.
#ifndef MILLRACE_MICRO_KERNELS_LSTM_H_
#define MILLRACE_MICRO_KERNELS_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// One step: input [batch, features], then what UNIDIRECTIONAL_SEQUENCE_LSTM has (see
// loops/lstm_layer.h for what may be absent) -> output [batch, outputs]. Float activations, or int8
// ones with an int16 cell (loops/integer_lstm_layer.h).
//
// Or, kernel type BASIC: input, the last output [batch, units], weights [4 * units, features +
// units] of the gates input, cell, forget and output, bias [4 * units], the last state [batch,
// units] -> output, state, the input beside the last output, and the gates; all float32. Output and
// state become the last ones, where those are variables.
extern const OpRegistration kLstmOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LSTM_H_
