// SignalWindow: samples times a window.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_WINDOW_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_WINDOW_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., n], weights [n], output like input; all int16. Option shift: bits behind the point of
// the weights.
extern const OpRegistration kSignalWindowOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_WINDOW_H_
