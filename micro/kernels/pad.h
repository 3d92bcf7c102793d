// PAD, PADV2: a tensor with a border of one value.
#ifndef MILLRACE_MICRO_KERNELS_PAD_H_
#define MILLRACE_MICRO_KERNELS_PAD_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, paddings [rank, 2] (before, after; not negative), PADV2: the value (one element of the
// input's type); output. PAD's value is 0, the zero point for quantised tensors.
extern const OpRegistration kPadOp;
extern const OpRegistration kPadV2Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_PAD_H_
