// Shape: a fully known tensor shape. PartialShape: a shape of which the rank or some dimensions may
// be unknown. Both are values; not thread-safe for concurrent mutation.
#ifndef MILLRACE_CORE_TENSOR_SHAPE_H_
#define MILLRACE_CORE_TENSOR_SHAPE_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace millrace {

using DimVector = absl::InlinedVector<int64_t, 4>;

// Each dimension is >= 0 and the number of elements fits an int64: Create checks it, so holders of
// a Shape need not.
class Shape {
 public:
  static constexpr int kMaxRank = 254;

  Shape() = default;  // scalar
  // For shapes known to be valid (literals, copies of an existing shape's dimensions). REQUIRES:
  // product fits int64.
  Shape(std::initializer_list<int64_t> dims)
      : Shape(absl::MakeConstSpan(dims.begin(), dims.size())) {}
  explicit Shape(absl::Span<const int64_t> dims);

  // INVALID_ARGUMENT for a negative dimension, a rank over kMaxRank, or an element count that
  // overflows.
  static absl::StatusOr<Shape> Create(absl::Span<const int64_t> dims);

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t dim(int i) const { return dims_[i]; }
  absl::Span<const int64_t> dims() const { return dims_; }
  int64_t num_elements() const { return num_elements_; }

  // INVALID_ARGUMENT where Create would refuse the result.
  absl::Status AddDim(int64_t size);
  absl::Status InsertDim(int at, int64_t size);
  absl::Status SetDim(int i, int64_t size);
  void RemoveDim(int i);

  bool operator==(const Shape& o) const { return dims_ == o.dims_; }
  bool operator!=(const Shape& o) const { return !(*this == o); }

  std::string ToString() const;  // "[2,3]"; "[]" for a scalar

 private:
  absl::Status Recount();

  DimVector dims_;
  int64_t num_elements_ = 1;
};

class PartialShape {
 public:
  static constexpr int64_t kUnknownDim = -1;

  PartialShape() = default;          // unknown rank
  PartialShape(const Shape& shape);  // NOLINT(google-explicit-constructor)
  static PartialShape Unknown() { return {}; }
  static PartialShape UnknownOfRank(int rank);
  static PartialShape Scalar() { return UnknownOfRank(0); }
  // A dimension below 0 is unknown if it is -1 and INVALID_ARGUMENT otherwise; also for rank or
  // size overflow.
  static absl::StatusOr<PartialShape> Create(absl::Span<const int64_t> dims);
  // For dimensions known to be valid.
  static PartialShape Of(std::initializer_list<int64_t> dims);

  bool known_rank() const { return known_rank_; }
  int rank() const { return known_rank_ ? static_cast<int>(dims_.size()) : -1; }
  int64_t dim(int i) const { return dims_[i]; }  // REQUIRES: known_rank(), 0 <= i < rank()
  absl::Span<const int64_t> dims() const { return dims_; }
  bool fully_defined() const;
  // The product of the dimensions, or -1 if not fully defined.
  int64_t num_elements() const;
  // REQUIRES: fully_defined(). Sizes were checked by Create.
  Shape ToShape() const { return Shape(absl::MakeConstSpan(dims_)); }

  // No effect on a shape of unknown rank.
  void AddDim(int64_t size) {
    if (known_rank_) dims_.push_back(size);
  }
  void SetDim(int i, int64_t size) { dims_[i] = size; }

  bool IsCompatibleWith(const PartialShape& o) const;
  bool IsCompatibleWith(const Shape& o) const;
  // The shape that says all that both say. INVALID_ARGUMENT ("Shapes [2] and [3] are incompatible")
  // if they disagree.
  absl::StatusOr<PartialShape> MergeWith(const PartialShape& o) const;

  bool operator==(const PartialShape& o) const {
    return known_rank_ == o.known_rank_ && dims_ == o.dims_;
  }
  bool operator!=(const PartialShape& o) const { return !(*this == o); }

  std::string ToString() const;  // "[2,?]"; "<unknown>" for unknown rank

 private:
  DimVector dims_;
  bool known_rank_ = false;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_SHAPE_H_
