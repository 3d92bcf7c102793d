// Moves elements of two dimensions.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_COPY_PLANE_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_COPY_PLANE_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

// `rows` rows of `count` elements; strides are in elements: source[r * from_row + i * from] becomes
// target[r * to_row + i].
struct Plane {
  const void* source;
  void* target;
  ptrdiff_t from_row, to_row;
  ptrdiff_t from;
  int32_t rows, count;
};

// Of elements of 1, 2 or 4 bytes, from = 1 or from_row = 1; source and target do not overlap.
void CopyPlane(const Plane& plane, int bytes);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_COPY_PLANE_H_
