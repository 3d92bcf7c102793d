// MIRROR_PAD: a tensor with a border that mirrors it.
#ifndef MILLRACE_MICRO_KERNELS_MIRROR_PAD_H_
#define MILLRACE_MICRO_KERNELS_MIRROR_PAD_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, paddings [rank, 2], output. Mode REFLECT leaves the edge itself out (paddings below the
// dimension), SYMMETRIC repeats it (paddings up to the dimension).
extern const OpRegistration kMirrorPadOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_MIRROR_PAD_H_
