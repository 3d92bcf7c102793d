// What x[begin:end:stride, ..., new axis, index] means for a shape: the rules shared by
// StridedSlice, its gradient and its assignments.
#ifndef MILLRACE_KERNELS_ARRAY_STRIDED_SLICE_SPEC_H_
#define MILLRACE_KERNELS_ARRAY_STRIDED_SLICE_SPEC_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"
#include "kernels/array/strided_copy.h"

namespace millrace {

// Bit i speaks of entry i of begin, end and strides.
struct StridedSliceMasks {
  int64_t begin = 0;  // begin[i] is ignored: from the first element on
  int64_t end = 0;    // end[i] is ignored: to the last element
  int64_t ellipsis =
      0;  // entry i stands for as many whole dimensions as there is room for; at most one bit
  int64_t new_axis = 0;     // entry i inserts a dimension of size 1
  int64_t shrink_axis = 0;  // entry i is an index; its dimension goes

  // Attributes begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask.
  static absl::StatusOr<StridedSliceMasks> FromAttrs(const AttrMap& attrs);
};

struct StridedSliceSpec {
  // One an input dimension; a size of -1 is unknown.
  DimVector begin, size, stride;
  // Of the output: without shrunk dimensions, with new axes.
  DimVector output_dims;

  // The elements meant, as source; the destination is dense. REQUIRES: all sizes known.
  StridedView SourceView(const Shape& input) const;
};

// Entries of begin, end and strides; each vector may be unknown (shape inference), and then sizes
// that depend on it are unknown. `length` is their common length. INVALID_ARGUMENT for an index out
// of range, a zero stride, or more entries than dimensions. REQUIRES: input.known_rank().
absl::StatusOr<StridedSliceSpec> ResolveStridedSlice(const PartialShape& input, int length,
                                                     const std::optional<DimVector>& begin,
                                                     const std::optional<DimVector>& end,
                                                     const std::optional<DimVector>& strides,
                                                     const StridedSliceMasks& masks);

// The same for tensors of which all is known.
absl::StatusOr<StridedSliceSpec> ResolveStridedSlice(const Shape& input, const Tensor& begin,
                                                     const Tensor& end, const Tensor& strides,
                                                     const StridedSliceMasks& masks);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_STRIDED_SLICE_SPEC_H_
