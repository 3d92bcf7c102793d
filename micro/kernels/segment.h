// SEGMENT_SUM, UNSORTED_SEGMENT_SUM, _PROD, _MAX, _MIN: combine the rows of one segment each.
#ifndef MILLRACE_MICRO_KERNELS_SEGMENT_H_
#define MILLRACE_MICRO_KERNELS_SEGMENT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// data [n, ...], segment ids [n] -> output [segments, ...]: row s combines the rows of data whose
// id is s; a segment without any is what combining begins with (0, 1, the lowest or highest value).
// data and output float32 or int32, ids int32.

// ids that do not fall.
extern const OpRegistration kSegmentSumOp;
// ids in any order and of the shape of any first dimensions of data; a negative one leaves its row
// out. The third input is the number of segments.
extern const OpRegistration kUnsortedSegmentSumOp;
extern const OpRegistration kUnsortedSegmentProdOp;
extern const OpRegistration kUnsortedSegmentMaxOp;
extern const OpRegistration kUnsortedSegmentMinOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_SEGMENT_H_
