// What UNIDIRECTIONAL_SEQUENCE_LSTM takes from LSTM where both are linked.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_FULL_SEQUENCE_LSTM_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_FULL_SEQUENCE_LSTM_H_

#include "micro/core/op.h"

namespace millrace::micro {

// UNIDIRECTIONAL_SEQUENCE_LSTM with what its own small loops lack. lstm.cc defines it, so that
// where LSTM is not linked nothing of it is, and its address is nullptr.
struct FullSequenceLstm {
  Status (*prepare)(const OpContext& context);
  void (*invoke)(const OpContext& context);
};
extern const FullSequenceLstm kFullSequenceLstm __attribute__((weak));

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_FULL_SEQUENCE_LSTM_H_
