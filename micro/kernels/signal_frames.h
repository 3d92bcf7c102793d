// SignalFramer and SignalOverlapAdd: a stream cut into overlapping frames, and frames added up to a
// stream again.
#ifndef MILLRACE_MICRO_KERNELS_SIGNAL_FRAMES_H_
#define MILLRACE_MICRO_KERNELS_SIGNAL_FRAMES_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input int16 [..., frames * frame_step]; outputs: int16 [..., frames, frame_size], the last
// frame_size samples at each step, and bool (one): whether there were so many at all of them. With
// prefill the stream begins with frame_size - frame_step zeros. Frames that are not there yet are
// zeros.
extern const OpRegistration kSignalFramerOp;

// input [..., frames, frame_size], output [..., frames * frame_step]; int16 (sums saturate) or
// float32.
extern const OpRegistration kSignalOverlapAddOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SIGNAL_FRAMES_H_
