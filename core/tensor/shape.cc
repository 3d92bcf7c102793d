#include "core/tensor/shape.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/checked_math.h"

namespace millrace {
namespace {

void AppendDim(std::string* out, int64_t dim) {
  if (dim < 0) {
    out->push_back('?');
  } else {
    absl::StrAppend(out, dim);
  }
}

std::string DimsToString(absl::Span<const int64_t> dims) {
  return absl::StrCat("[", absl::StrJoin(dims, ",", AppendDim), "]");
}

// The product of the dimensions that are known. False if it overflows; a dimension of 0 does not
// hide an overflow of the others, so that a product of any of the dimensions fits.
bool CountElements(absl::Span<const int64_t> dims, int64_t* count) {
  int64_t product = 1;
  bool empty = false;
  for (const int64_t d : dims) {
    if (d == 0) {
      empty = true;
    } else if (d > 0 && !CheckedMul(product, d, &product)) {
      return false;
    }
  }
  *count = empty ? 0 : product;
  return true;
}

absl::Status CheckDims(absl::Span<const int64_t> dims, int64_t smallest, int64_t* count) {
  if (dims.size() > static_cast<size_t>(Shape::kMaxRank)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A shape of ", dims.size(), " dimensions is over the limit of ", Shape::kMaxRank));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] < smallest) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Dimension ", i, " of shape [", absl::StrJoin(dims, ","), "] must be >= ", smallest));
    }
  }
  if (!CountElements(dims, count)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Shape ", DimsToString(dims), " has more elements than fit in 64 bits (overflow)"));
  }
  return absl::OkStatus();
}

}  // namespace

Shape::Shape(absl::Span<const int64_t> dims) : dims_(dims.begin(), dims.end()) {
  // A caller that breaks the contract gets a size that no allocation can satisfy, not a small one.
  if (!CountElements(dims, &num_elements_)) num_elements_ = std::numeric_limits<int64_t>::max();
}

absl::StatusOr<Shape> Shape::Create(absl::Span<const int64_t> dims) {
  Shape s;
  absl::Status status = CheckDims(dims, 0, &s.num_elements_);
  if (!status.ok()) return status;
  s.dims_.assign(dims.begin(), dims.end());
  return s;
}

absl::Status Shape::Recount() { return CheckDims(dims_, 0, &num_elements_); }

absl::Status Shape::AddDim(int64_t size) { return InsertDim(rank(), size); }

absl::Status Shape::InsertDim(int at, int64_t size) {
  dims_.insert(dims_.begin() + at, size);
  absl::Status status = Recount();
  if (!status.ok()) dims_.erase(dims_.begin() + at);
  return status;
}

absl::Status Shape::SetDim(int i, int64_t size) {
  const int64_t old = dims_[i];
  dims_[i] = size;
  absl::Status status = Recount();
  if (!status.ok()) dims_[i] = old;
  return status;
}

void Shape::RemoveDim(int i) {
  dims_.erase(dims_.begin() + i);
  CountElements(dims_, &num_elements_);  // A factor less cannot overflow.
}

std::string Shape::ToString() const { return DimsToString(dims_); }

PartialShape::PartialShape(const Shape& shape)
    : dims_(shape.dims().begin(), shape.dims().end()), known_rank_(true) {}

PartialShape PartialShape::UnknownOfRank(int rank) {
  PartialShape s;
  s.dims_.assign(rank, kUnknownDim);
  s.known_rank_ = true;
  return s;
}

absl::StatusOr<PartialShape> PartialShape::Create(absl::Span<const int64_t> dims) {
  int64_t count;
  absl::Status status = CheckDims(dims, kUnknownDim, &count);
  if (!status.ok()) return status;
  PartialShape s;
  s.dims_.assign(dims.begin(), dims.end());
  s.known_rank_ = true;
  return s;
}

PartialShape PartialShape::Of(std::initializer_list<int64_t> dims) {
  PartialShape s;
  s.dims_.assign(dims.begin(), dims.end());
  s.known_rank_ = true;
  return s;
}

bool PartialShape::fully_defined() const {
  if (!known_rank_) return false;
  for (const int64_t d : dims_) {
    if (d < 0) return false;
  }
  return true;
}

int64_t PartialShape::num_elements() const {
  int64_t count;
  return fully_defined() && CountElements(dims_, &count) ? count : -1;
}

bool PartialShape::IsCompatibleWith(const PartialShape& o) const {
  if (!known_rank_ || !o.known_rank_) return true;
  if (dims_.size() != o.dims_.size()) return false;
  for (size_t i = 0; i < dims_.size(); ++i) {
    if (dims_[i] >= 0 && o.dims_[i] >= 0 && dims_[i] != o.dims_[i]) return false;
  }
  return true;
}

bool PartialShape::IsCompatibleWith(const Shape& o) const {
  if (!known_rank_) return true;
  if (rank() != o.rank()) return false;
  for (int i = 0; i < o.rank(); ++i) {
    if (dims_[i] >= 0 && dims_[i] != o.dim(i)) return false;
  }
  return true;
}

absl::StatusOr<PartialShape> PartialShape::MergeWith(const PartialShape& o) const {
  if (!known_rank_) return o;
  if (!o.known_rank_) return *this;
  if (!IsCompatibleWith(o)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Shapes ", ToString(), " and ", o.ToString(), " are incompatible"));
  }
  DimVector merged = dims_;
  for (size_t i = 0; i < merged.size(); ++i) {
    if (merged[i] < 0) merged[i] = o.dims_[i];
  }
  return Create(merged);
}

std::string PartialShape::ToString() const {
  return known_rank_ ? DimsToString(dims_) : "<unknown>";
}

}  // namespace millrace
