// FAKE_QUANT: rounds floats to what a quantised type would hold.
#ifndef MILLRACE_MICRO_KERNELS_FAKE_QUANT_H_
#define MILLRACE_MICRO_KERNELS_FAKE_QUANT_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input -> output, float32 of equally many elements. Options: min, max, num_bits (2 .. 16),
// narrow_range (one step less, at the lower end). The range is moved so that it holds 0 exactly.
extern const OpRegistration kFakeQuantOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_FAKE_QUANT_H_
