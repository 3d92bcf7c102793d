// RFFT2D: Fourier transforms of real images.
#ifndef MILLRACE_MICRO_KERNELS_RFFT2D_H_
#define MILLRACE_MICRO_KERNELS_RFFT2D_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input float32 [..., rows, columns], lengths (int32 [2], powers of two, the second at least 4) ->
// complex64 [..., lengths[0], lengths[1] / 2 + 1]. Images are cut or filled up with zeros to the
// lengths.
extern const OpRegistration kRfft2DOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RFFT2D_H_
