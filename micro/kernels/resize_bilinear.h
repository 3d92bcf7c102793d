// RESIZE_BILINEAR: an image of another size, between the four nearest pixels.
#ifndef MILLRACE_MICRO_KERNELS_RESIZE_BILINEAR_H_
#define MILLRACE_MICRO_KERNELS_RESIZE_BILINEAR_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [batch, height, width, depth], size [2] int32, output. float32; int8 and int16 with weights
// of 10 bits; uint8 by floats. Quantised as the input is. Options align_corners,
// half_pixel_centers.
extern const OpRegistration kResizeBilinearOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RESIZE_BILINEAR_H_
