// RNN, UNIDIRECTIONAL_SEQUENCE_RNN, BIDIRECTIONAL_SEQUENCE_RNN: h = activation(W x + R h + b), the
// new h being the output.
#ifndef MILLRACE_MICRO_KERNELS_RNN_H_
#define MILLRACE_MICRO_KERNELS_RNN_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, W [units, features], R [units, units], b [units], h: a variable [batch, units] -> output.
// All float32, or W and R symmetric int8 with one scale (inputs are then quantised row by row).
// Any fused activation.

// One step: input [batch, features], output [batch, units].
extern const OpRegistration kRnnOp;
// input [batch, time, features], output [batch, time, units]; time first if time_major.
extern const OpRegistration kUnidirectionalSequenceRnnOp;
// input, then W, R, b, h forwards and the same backwards, then optional: an auxiliary input of the
// batches and times of the input, and weights for it, forwards and backwards. Without such weights
// the auxiliary input is the backward layer's input, but only if time_major, as in TensorFlow Lite.
// Two outputs, or with merge_outputs one with both layers' units, forwards first.
extern const OpRegistration kBidirectionalSequenceRnnOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RNN_H_
