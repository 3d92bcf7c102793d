// REVERSE_SEQUENCE: turns round the first few elements along a dimension, another number of them
// for each example.
#ifndef MILLRACE_MICRO_KERNELS_REVERSE_SEQUENCE_H_
#define MILLRACE_MICRO_KERNELS_REVERSE_SEQUENCE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input of any type of fixed size, lengths (int32 or int64) [batch] -> output like the input. Along
// seq_dim elements 0 .. length - 1 of example b (along batch_dim) come in reverse, the others stay.
extern const OpRegistration kReverseSequenceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_REVERSE_SEQUENCE_H_
