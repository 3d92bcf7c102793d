// L2_NORMALIZATION: rows of length 1.
#ifndef MILLRACE_MICRO_KERNELS_L2_NORMALIZATION_H_
#define MILLRACE_MICRO_KERNELS_L2_NORMALIZATION_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [..., depth], output of its shape: x / max(|x|, 1e-6) along the last dimension. float32;
// int8 and uint8 with output scale 1/128 and zero point 0 (uint8: 128). No fused activation.
extern const OpRegistration kL2NormalizationOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_L2_NORMALIZATION_H_
