// UNIDIRECTIONAL_SEQUENCE_LSTM: a long short-term memory over a sequence.
#ifndef MILLRACE_MICRO_KERNELS_UNIDIRECTIONAL_SEQUENCE_LSTM_H_
#define MILLRACE_MICRO_KERNELS_UNIDIRECTIONAL_SEQUENCE_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [batch, time, features], or [time, batch, features] if time_major; for each of the four
// gates (input, forget, cell, output) weights [units, features], recurrent weights [units, units]
// and a bias [units]; hidden and cell state: variables [batch, units]; output like the input with
// units in place of features. With a cell clip, and tanh as the fused activation. Where
// LSTM (lstm.h) is linked, too, activations of float and int8 may have peepholes, projection, layer
// normalisation and coupled gates, float ones other activations with these.
//
// Types: all float32; or float32 with int8 weights (inputs are then quantised row by row); or
// input, hidden state and output int8 with int32 biases, or int16 with int64 biases, both with int8
// weights and a cell state of int16 whose scale is a power of two. The hidden state's quantisation
// is the output's too.
extern const OpRegistration kUnidirectionalSequenceLstmOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_UNIDIRECTIONAL_SEQUENCE_LSTM_H_
