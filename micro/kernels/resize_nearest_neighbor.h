// RESIZE_NEAREST_NEIGHBOR: an image of another size, of the nearest pixels.
#ifndef MILLRACE_MICRO_KERNELS_RESIZE_NEAREST_NEIGHBOR_H_
#define MILLRACE_MICRO_KERNELS_RESIZE_NEAREST_NEIGHBOR_H_

#include "micro/core/op.h"

namespace millrace::micro {

// input [batch, height, width, depth], size [2] int32, output. Any type of fixed size. Options
// align_corners, half_pixel_centers.
extern const OpRegistration kResizeNearestNeighborOp;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_RESIZE_NEAREST_NEIGHBOR_H_
