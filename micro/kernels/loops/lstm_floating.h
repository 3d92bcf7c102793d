// LSTM over float activations.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_LSTM_FLOATING_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_LSTM_FLOATING_H_

#include "micro/kernels/loops/lstm.h"

namespace millrace::micro::lstm {

void RunFloat(const OpContext& context, const Data& data, const Sizes& s);

// With weights of int8, one scale a matrix. Wants data.scratch.
void RunHybrid(const OpContext& context, const Data& data, const Sizes& s);

}  // namespace millrace::micro::lstm

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_LSTM_FLOATING_H_
