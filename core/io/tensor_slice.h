// TensorSlice: a box out of a tensor, as partitioned variables are saved.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/shape.h"

namespace millrace {

class TensorSliceProto;

// One extent a dimension; a length of kFull is the whole dimension.
struct TensorSlice {
  static constexpr int64_t kFull = -1;
  struct Extent {
    int64_t start = 0;
    int64_t length = kFull;
    bool operator==(const Extent& o) const { return start == o.start && length == o.length; }
  };
  std::vector<Extent> extents;

  static TensorSlice Whole(int rank) { return TensorSlice{std::vector<Extent>(rank)}; }
  // From "0,2:-:3,1": start and length, or "-" for a whole dimension. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<TensorSlice> Parse(absl::string_view text);
  static absl::StatusOr<TensorSlice> FromProto(const TensorSliceProto& proto);
  void ToProto(TensorSliceProto* proto) const;

  bool operator==(const TensorSlice& o) const { return extents == o.extents; }
  std::string ToString() const;  // what Parse reads
  // The shape of this part of a tensor of shape `full`. INVALID_ARGUMENT where it does not lie
  // within.
  absl::StatusOr<Shape> SliceShape(const Shape& full) const;
  // The same with every kFull replaced by the dimension's size. REQUIRES: lies within `full`.
  TensorSlice Resolved(const Shape& full) const;
  // What both have in common; false if nothing. REQUIRES: both resolved, of one rank.
  bool Intersect(const TensorSlice& o, TensorSlice* out) const;
  bool IsFull() const;
};

// SaveV2's and RestoreV2's shape_and_slice: "" for all of a tensor, or "4 5 0,2:-": the full shape
// and the slice.
struct ShapeAndSlice {
  bool whole = true;
  Shape full_shape;
  TensorSlice slice;
  static absl::StatusOr<ShapeAndSlice> Parse(absl::string_view text);
};

// Copies the elements that two parts of one tensor have in common. `from` and `to` are resolved
// slices of it, whose elements lie row by row at `source` and `target`; elements are
// `element_bytes` large.
void CopySlice(const TensorSlice& from, const char* source, const TensorSlice& to, char* target,
               int64_t element_bytes);

}  // namespace millrace
