// NON_MAX_SUPPRESSION_V4, _V5: the best of boxes that overlap.
#ifndef MILLRACE_MICRO_KERNELS_NON_MAX_SUPPRESSION_H_
#define MILLRACE_MICRO_KERNELS_NON_MAX_SUPPRESSION_H_

#include "micro/core/op.h"

namespace millrace::micro {

// boxes float32 [n, 4] (two opposite corners: y, x, y, x), scores float32 [n], then one element
// each: most boxes that are selected (int32), threshold of the overlap, threshold of the score
// (float32), and for V5 sigma of the soft suppression (0: none; float32).
// V4 -> indices of the selected, int32 [most], and their number, int32. V5 -> indices, scores
// float32 [most], number. What is not used is 0. A box is dropped when it overlaps a better one by
// the threshold or more; with sigma the overlap with better ones lowers its score.
extern const OpRegistration kNonMaxSuppressionV4Op;
extern const OpRegistration kNonMaxSuppressionV5Op;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_NON_MAX_SUPPRESSION_H_
