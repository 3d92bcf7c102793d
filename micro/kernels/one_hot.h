// ONE_HOT: indices as vectors that are on at one place and off elsewhere.
#ifndef MILLRACE_MICRO_KERNELS_ONE_HOT_H_
#define MILLRACE_MICRO_KERNELS_ONE_HOT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// indices (int32, int64, uint8, int8), depth (one integer), on and off value (one element each, of
// the output's type, which may be any of whole bytes); output like the indices with a dimension of
// size depth at the axis (-1: behind the last). An index out of range gives a vector that is off.
extern const OpRegistration kOneHotOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ONE_HOT_H_
