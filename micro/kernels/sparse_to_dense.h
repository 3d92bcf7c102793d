// SPARSE_TO_DENSE: a tensor of one value with others at given places.
#ifndef MILLRACE_MICRO_KERNELS_SPARSE_TO_DENSE_H_
#define MILLRACE_MICRO_KERNELS_SPARSE_TO_DENSE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// indices (int32 or int64): one, a list [n] of places in a vector, or [n, rank]; the output's shape
// (int32 or int64) [rank], rank at most 4; values: n or one for all; the default value. Values,
// default and output are of one type: float32, int32, int64, int8 or uint8. A later value takes an
// earlier one's place.
extern const OpRegistration kSparseToDenseOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SPARSE_TO_DENSE_H_
