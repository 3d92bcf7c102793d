// LSTM over int8 or int16 activations with an int16 cell state.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_LSTM_INTEGER_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_LSTM_INTEGER_H_

#include "micro/kernels/loops/lstm.h"

namespace millrace::micro::lstm {

// Checks scales and zero points; types and shapes were checked. kInvalidQuantization.
Status CheckQuantization(const OpContext& context);

// data.scratch: of int8 only.
void RunInteger(const OpContext& context, const Data& data, const Sizes& s);

}  // namespace millrace::micro::lstm

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_LSTM_INTEGER_H_
