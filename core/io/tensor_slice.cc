#include "core/io/tensor_slice.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"
#include "protos/tensor_slice.pb.h"

namespace millrace {

absl::StatusOr<TensorSlice> TensorSlice::Parse(absl::string_view text) {
  TensorSlice slice;
  if (text.empty()) return slice;
  for (absl::string_view part : absl::StrSplit(text, ':')) {
    Extent extent;
    if (part != "-") {
      const std::pair<absl::string_view, absl::string_view> numbers =
          absl::StrSplit(part, absl::MaxSplits(',', 1));
      if (!absl::SimpleAtoi(numbers.first, &extent.start) ||
          !absl::SimpleAtoi(numbers.second, &extent.length) || extent.start < 0 ||
          extent.length <= 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Expected a pair of numbers or '-' but got '", part, "' in the slice '", text, "'"));
      }
    }
    slice.extents.push_back(extent);
  }
  return slice;
}

absl::StatusOr<TensorSlice> TensorSlice::FromProto(const TensorSliceProto& proto) {
  TensorSlice slice;
  for (const auto& e : proto.extent()) {
    Extent extent;
    if (e.has_length_hack_case() == TensorSliceProto::Extent::kLength) {
      extent = {e.start(), e.length()};
      if (extent.start < 0 || extent.length < 0) {
        return absl::InvalidArgumentError("A tensor slice has a negative start or length");
      }
    }
    slice.extents.push_back(extent);
  }
  return slice;
}

void TensorSlice::ToProto(TensorSliceProto* proto) const {
  for (const Extent& e : extents) {
    auto* out = proto->add_extent();
    if (e.length == kFull) continue;
    if (e.start != 0) out->set_start(e.start);
    out->set_length(e.length);
  }
}

std::string TensorSlice::ToString() const {
  return absl::StrJoin(extents, ":", [](std::string* out, const Extent& e) {
    absl::StrAppend(out, e.length == kFull ? "-" : absl::StrCat(e.start, ",", e.length));
  });
}

absl::StatusOr<Shape> TensorSlice::SliceShape(const Shape& full) const {
  if (static_cast<int>(extents.size()) != full.rank()) {
    return absl::InvalidArgumentError(absl::StrCat("The slice ", ToString(), " has ",
                                                   extents.size(), " dimensions, the tensor ",
                                                   full.ToString(), " has ", full.rank()));
  }
  DimVector dims;
  for (int i = 0; i < full.rank(); ++i) {
    const Extent& e = extents[i];
    if (e.length == kFull) {
      dims.push_back(full.dim(i));
    } else if (e.start > full.dim(i) || e.length > full.dim(i) - e.start) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The slice ", ToString(), " does not lie within the tensor's shape ", full.ToString()));
    } else {
      dims.push_back(e.length);
    }
  }
  return Shape::Create(dims);
}

TensorSlice TensorSlice::Resolved(const Shape& full) const {
  TensorSlice out = *this;
  for (int i = 0; i < full.rank(); ++i) {
    if (out.extents[i].length == kFull) out.extents[i] = {0, full.dim(i)};
  }
  return out;
}

bool TensorSlice::Intersect(const TensorSlice& o, TensorSlice* out) const {
  out->extents.resize(extents.size());
  for (size_t i = 0; i < extents.size(); ++i) {
    const int64_t begin = std::max(extents[i].start, o.extents[i].start);
    const int64_t end =
        std::min(extents[i].start + extents[i].length, o.extents[i].start + o.extents[i].length);
    if (begin >= end) return false;
    out->extents[i] = {begin, end - begin};
  }
  return true;
}

bool TensorSlice::IsFull() const {
  return std::all_of(extents.begin(), extents.end(),
                     [](const Extent& e) { return e.length == kFull; });
}

absl::StatusOr<ShapeAndSlice> ShapeAndSlice::Parse(absl::string_view text) {
  ShapeAndSlice out;
  if (text.empty()) return out;
  std::vector<absl::string_view> parts = absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (parts.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Need sizes and a slice in shape_and_slice, got '", text, "'"));
  }
  DimVector dims;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    int64_t size;
    if (!absl::SimpleAtoi(parts[i], &size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", parts[i], "' is no size in the shape_and_slice '", text, "'"));
    }
    dims.push_back(size);
  }
  out.whole = false;
  MR_ASSIGN_OR_RETURN(out.full_shape, Shape::Create(dims));
  MR_ASSIGN_OR_RETURN(out.slice, TensorSlice::Parse(parts.back()));
  MR_RETURN_IF_ERROR(out.slice.SliceShape(out.full_shape).status());
  return out;
}

void CopySlice(const TensorSlice& from, const char* source, const TensorSlice& to, char* target,
               int64_t element_bytes) {
  TensorSlice common;
  if (!from.Intersect(to, &common)) return;
  const int rank = static_cast<int>(common.extents.size());
  if (rank == 0) {
    std::memcpy(target, source, static_cast<size_t>(element_bytes));
    return;
  }
  const int64_t run = common.extents[rank - 1].length * element_bytes;
  std::vector<int64_t> at(rank, 0);  // of the run, within `common`
  auto offset = [&](const TensorSlice& in) {
    int64_t index = 0;
    for (int i = 0; i < rank; ++i) {
      index = index * in.extents[i].length + common.extents[i].start + at[i] - in.extents[i].start;
    }
    return index * element_bytes;
  };
  for (;;) {
    std::memcpy(target + offset(to), source + offset(from), static_cast<size_t>(run));
    int d = rank - 2;
    while (d >= 0 && ++at[d] == common.extents[d].length) at[d--] = 0;
    if (d < 0) return;
  }
}

}  // namespace millrace
