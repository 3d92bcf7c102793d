// SignalDelay and SignalStacker: ops that remember samples or features.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_DELAY_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_DELAY_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input and output int16 [..., n]: the stream of each row, delay_length samples later; zeros first.
extern const OpRegistration kSignalDelayOp;

// input int16 [num_channels]; outputs: int16 [num_channels * (left + 1 + right)], a frame of
// features between its neighbours, every stacker_step frames, and bool (one): whether there is one
// this time (zeros otherwise). Options num_channels, stacker_left_context, stacker_right_context,
// stacker_step. The first frame stands for what came before it.
extern const OpRegistration kSignalStackerOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_DELAY_H_
