#include "kernels/array/strided_slice_spec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

bool Bit(int64_t mask, int i) { return (mask >> i & 1) != 0; }

// One entry against one dimension.
class EntryResolver {
 public:
  EntryResolver(const std::optional<DimVector>& begin, const std::optional<DimVector>& end,
                const std::optional<DimVector>& strides, const StridedSliceMasks& masks)
      : begin_(begin), end_(end), strides_(strides), masks_(masks) {}

  // Appends begin, size and stride for entry `i` of dimension `d` with `size` elements (-1:
  // unknown).
  absl::Status Append(int i, int d, int64_t size, StridedSliceSpec* spec) const {
    const int64_t stride = strides_.has_value() ? (*strides_)[i] : 1;
    if (stride == 0) {
      return absl::InvalidArgumentError(absl::StrCat("strides[", i, "] must be non-zero"));
    }
    if (Bit(masks_.shrink_axis, i)) return AppendIndex(i, d, size, stride, spec);
    const bool whole = Bit(masks_.begin, i) && Bit(masks_.end, i);
    const bool known = strides_.has_value() && size >= 0 &&
                       (whole || ((begin_.has_value() || Bit(masks_.begin, i)) &&
                                  (end_.has_value() || Bit(masks_.end, i))));
    if (!known) {
      Push(0, PartialShape::kUnknownDim, stride, spec);
      return absl::OkStatus();
    }
    const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? size : size - 1;
    const int64_t first =
        Bit(masks_.begin, i) ? (stride > 0 ? low : high) : Clamp((*begin_)[i], size, low, high);
    const int64_t last =
        Bit(masks_.end, i) ? (stride > 0 ? high : low) : Clamp((*end_)[i], size, low, high);
    const int64_t interval = last - first;
    int64_t count = 0;
    if (interval != 0 && (interval < 0) == (stride < 0)) {
      count = interval / stride + (interval % stride != 0 ? 1 : 0);
    }
    Push(first, count, stride, spec);
    return absl::OkStatus();
  }

  static void Push(int64_t begin, int64_t size, int64_t stride, StridedSliceSpec* spec) {
    spec->begin.push_back(begin);
    spec->size.push_back(size);
    spec->stride.push_back(stride);
  }

 private:
  static int64_t Clamp(int64_t x, int64_t size, int64_t low, int64_t high) {
    return std::clamp(x < 0 ? x + size : x, low, high);
  }

  absl::Status AppendIndex(int i, int d, int64_t size, int64_t stride,
                           StridedSliceSpec* spec) const {
    if (stride < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "only stride 1 allowed on non-range indexing, got strides[", i, "] = ", stride));
    }
    int64_t at = 0;
    if (begin_.has_value() && size >= 0) {
      at = (*begin_)[i] < 0 ? (*begin_)[i] + size : (*begin_)[i];
      if (at < 0 || at >= size) {
        return absl::InvalidArgumentError(absl::StrCat(
            "slice index ", (*begin_)[i], " of dimension ", d, " out of bounds (size ", size, ")"));
      }
    }
    Push(at, 1, 1, spec);
    return absl::OkStatus();
  }

  const std::optional<DimVector>&begin_, &end_, &strides_;
  const StridedSliceMasks& masks_;
};

}  // namespace

absl::StatusOr<StridedSliceMasks> StridedSliceMasks::FromAttrs(const AttrMap& attrs) {
  StridedSliceMasks m;
  MR_RETURN_IF_ERROR(attrs.Get("begin_mask", &m.begin));
  MR_RETURN_IF_ERROR(attrs.Get("end_mask", &m.end));
  MR_RETURN_IF_ERROR(attrs.Get("ellipsis_mask", &m.ellipsis));
  MR_RETURN_IF_ERROR(attrs.Get("new_axis_mask", &m.new_axis));
  MR_RETURN_IF_ERROR(attrs.Get("shrink_axis_mask", &m.shrink_axis));
  if ((m.ellipsis & (m.ellipsis - 1)) != 0) {
    return absl::InvalidArgumentError("Multiple ellipses in slice spec not allowed");
  }
  return m;
}

StridedView StridedSliceSpec::SourceView(const Shape& input) const {
  const DimVector strides = RowMajorStrides(input.dims());
  const DimVector dense = RowMajorStrides(size);
  StridedView view;
  for (size_t d = 0; d < size.size(); ++d) {
    view.AddDim(size[d], strides[d] * stride[d], dense[d]);
    view.src_offset += begin[d] * strides[d];
  }
  return view;
}

absl::StatusOr<StridedSliceSpec> ResolveStridedSlice(const PartialShape& input, int length,
                                                     const std::optional<DimVector>& begin,
                                                     const std::optional<DimVector>& end,
                                                     const std::optional<DimVector>& strides,
                                                     const StridedSliceMasks& masks) {
  if (length >= 32) {
    return absl::InvalidArgumentError(absl::StrCat("a slice has at most 31 entries, got ", length));
  }
  const EntryResolver resolver(begin, end, strides, masks);
  int consumed = 0;  // dimensions that entries other than the ellipsis take
  for (int i = 0; i < length; ++i) {
    consumed += !Bit(masks.ellipsis, i) && !Bit(masks.new_axis, i);
  }
  const int rank = input.rank();
  if (consumed > rank) {
    return absl::InvalidArgumentError(absl::StrCat("Index out of range using input dim ", rank,
                                                   "; input has only ", rank, " dims"));
  }
  StridedSliceSpec spec;
  int d = 0;
  const auto take_whole = [&](int count) {
    for (; count > 0; --count, ++d) {
      EntryResolver::Push(0, input.dim(d), 1, &spec);
      spec.output_dims.push_back(input.dim(d));
    }
  };
  for (int i = 0; i < length; ++i) {
    if (Bit(masks.ellipsis, i)) {
      take_whole(rank - consumed);
    } else if (Bit(masks.new_axis, i)) {
      spec.output_dims.push_back(1);
    } else {
      MR_RETURN_IF_ERROR(resolver.Append(i, d, input.dim(d), &spec));
      ++d;
      if (!Bit(masks.shrink_axis, i)) spec.output_dims.push_back(spec.size.back());
    }
  }
  take_whole(rank - d);
  return spec;
}

absl::StatusOr<StridedSliceSpec> ResolveStridedSlice(const Shape& input, const Tensor& begin,
                                                     const Tensor& end, const Tensor& strides,
                                                     const StridedSliceMasks& masks) {
  MR_ASSIGN_OR_RETURN(DimVector b, IntVectorArg(begin, "begin"));
  MR_ASSIGN_OR_RETURN(DimVector e, IntVectorArg(end, "end"));
  MR_ASSIGN_OR_RETURN(DimVector s, IntVectorArg(strides, "strides"));
  if (b.size() != e.size() || b.size() != s.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected begin, end, and strides to be 1D equal size tensors, but got sizes ",
                     b.size(), ", ", e.size(), " and ", s.size()));
  }
  const int length = static_cast<int>(b.size());
  return ResolveStridedSlice(PartialShape(input), length, std::move(b), std::move(e), std::move(s),
                             masks);
}

}  // namespace millrace
