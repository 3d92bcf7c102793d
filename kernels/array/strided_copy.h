// Copying between two strided views of elements: the one loop behind Transpose, StridedSlice, Tile,
// BroadcastTo, Reverse, Pad and the like.
#ifndef MILLRACE_KERNELS_ARRAY_STRIDED_COPY_H_
#define MILLRACE_KERNELS_ARRAY_STRIDED_COPY_H_

#include <cstdint>

#include "absl/types/span.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace millrace {

class ThreadPool;

// Element (i0, i1, ...) of the source, at src_offset + sum i_d * src_strides[d], goes to dst_offset
// + sum i_d * dst_strides[d]. Counted in elements; a stride may be zero (source only) or negative.
// Destination elements are distinct, so the order of the copy does not matter.
struct StridedView {
  DimVector dims;
  DimVector src_strides;
  DimVector dst_strides;
  int64_t src_offset = 0;
  int64_t dst_offset = 0;

  void AddDim(int64_t size, int64_t src_stride, int64_t dst_stride) {
    dims.push_back(size);
    src_strides.push_back(src_stride);
    dst_strides.push_back(dst_stride);
  }
};

// Strides of a dense row-major block of these dimensions.
DimVector RowMajorStrides(absl::Span<const int64_t> dims);

// REQUIRES: every element named lies within its buffer. `pool` may be null.
void StridedCopy(DType dtype, const StridedView& view, const void* src, void* dst,
                 ThreadPool* pool);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_STRIDED_COPY_H_
