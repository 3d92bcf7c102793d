// The basic kernel of LSTM: one step, float32, the gates' weights in one matrix.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_BASIC_LSTM_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_BASIC_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

constexpr int kBasicLstmInputs = 5;

// Checks types and shapes, as lstm.h has them. REQUIRES: as many inputs.
Status PrepareBasicLstm(const OpContext& context);

void InvokeBasicLstm(const OpContext& context);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_BASIC_LSTM_H_
