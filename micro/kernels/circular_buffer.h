// CIRCULAR_BUFFER: the last slices of a stream, as streaming convolutions want them.
#ifndef MILLRACE_MICRO_KERNELS_CIRCULAR_BUFFER_H_
#define MILLRACE_MICRO_KERNELS_CIRCULAR_BUFFER_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input int8 [1, 1, ...], output int8 [1, slots, ...]: each invoke appends the input as the newest
// slot. The buffer is zeros at first. Option cycles_max: the run ends here (Status::kEndedEarly)
// except at every cycles_max-th time, so that what follows runs at a lower rate.
extern const OpRegistration kCIRCULAR_BUFFEROp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CIRCULAR_BUFFER_H_
