// LOCAL_RESPONSE_NORMALIZATION: out = in / (bias + alpha * sum of squares of neighbours)^beta, the
// neighbours being those along the last dimension.
#ifndef MILLRACE_MICRO_KERNELS_LOCAL_RESPONSE_NORMALIZATION_H_
#define MILLRACE_MICRO_KERNELS_LOCAL_RESPONSE_NORMALIZATION_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input -> output, float32, of one shape of four dimensions. Options: radius, bias, alpha, beta.
// The neighbours of element c are c - radius .. c + radius - 1.
extern const OpRegistration kLocalResponseNormalizationOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOCAL_RESPONSE_NORMALIZATION_H_
