// SLICE: a box out of a tensor.
#ifndef MILLRACE_MICRO_KERNELS_SLICE_H_
#define MILLRACE_MICRO_KERNELS_SLICE_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input, begin [rank], size [rank] (-1: to the end), output. Any type of fixed size; begin and size
// int32 or int64, constant or computed. Where these decide about the number of rows of floats, the
// output may say another size: it is a part of a list then (common/list_part.h), whole rows.
extern const OpRegistration kSliceOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SLICE_H_
