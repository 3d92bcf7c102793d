// CONCATENATION, PACK: several tensors in one.
#ifndef MILLRACE_MICRO_KERNELS_CONCATENATION_H_
#define MILLRACE_MICRO_KERNELS_CONCATENATION_H_

#include "micro/core/op.h"

namespace millrace::micro {

// Inputs of the output's type (any of fixed size), shapes equal but along the axis, where they add
// up to the output's. Quantised inputs have the output's scale, but for uint8, which is rescaled.
// No fused activation. Parts of lists (common/list_part.h) along axis 0 are as many rows as they
// have.
extern const OpRegistration kConcatenationOp;
// Inputs of one shape; the output has one more dimension, along which they lie.
extern const OpRegistration kPackOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_CONCATENATION_H_
