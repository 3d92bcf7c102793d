#include "kernels/array/int_args.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace millrace {
namespace {

template <typename T>
DimVector Widen(const Tensor& t) {
  const auto values = t.flat<T>();
  return DimVector(values.begin(), values.end());
}

absl::StatusOr<DimVector> Elements(const Tensor& t, absl::string_view what) {
  switch (t.dtype()) {
    case DType::kInt8:
      return Widen<int8_t>(t);
    case DType::kUInt8:
      return Widen<uint8_t>(t);
    case DType::kInt16:
      return Widen<int16_t>(t);
    case DType::kUInt16:
      return Widen<uint16_t>(t);
    case DType::kInt32:
      return Widen<int32_t>(t);
    case DType::kUInt32:
      return Widen<uint32_t>(t);
    case DType::kInt64:
      return Widen<int64_t>(t);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(what, " must be integers, not ", DTypeName(t.dtype())));
  }
}

}  // namespace

absl::StatusOr<DimVector> IntsArg(const Tensor& t, absl::string_view what) {
  if (t.rank() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be a scalar or a vector, got shape ", t.shape().ToString()));
  }
  return Elements(t, what);
}

absl::StatusOr<DimVector> IntVectorArg(const Tensor& t, absl::string_view what) {
  if (t.rank() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be a vector, got shape ", t.shape().ToString()));
  }
  return Elements(t, what);
}

absl::StatusOr<int64_t> IntArg(const Tensor& t, absl::string_view what) {
  if (t.num_elements() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " must be a scalar, got shape ", t.shape().ToString()));
  }
  MR_ASSIGN_OR_RETURN(const DimVector values, Elements(t, what));
  return values[0];
}

absl::StatusOr<Shape> ShapeArg(const Tensor& t, absl::string_view what) {
  MR_ASSIGN_OR_RETURN(const DimVector dims, IntVectorArg(t, what));
  absl::StatusOr<Shape> shape = Shape::Create(dims);
  if (!shape.ok()) return Annotate(shape.status(), what);
  return shape;
}

absl::StatusOr<int> AxisArg(int64_t axis, int rank, absl::string_view what) {
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " ", axis, " is not in [", -rank, ", ", rank, ")"));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

absl::StatusOr<Tensor> ShapeToTensor(const Shape& shape, DType dtype) {
  if (dtype == DType::kInt64) return Tensor::Vector<int64_t>(shape.dims());
  absl::InlinedVector<int32_t, 8> dims;
  for (const int64_t d : shape.dims()) {
    if (d > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("dimension ", d, " of ", shape.ToString(), " does not fit int32"));
    }
    dims.push_back(static_cast<int32_t>(d));
  }
  return Tensor::Vector<int32_t>(absl::MakeConstSpan(dims));
}

absl::StatusOr<Tensor> IntToTensor(int64_t value, DType dtype) {
  if (dtype == DType::kInt64) return Tensor::Scalar<int64_t>(value);
  if (value > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat(value, " does not fit int32"));
  }
  return Tensor::Scalar<int32_t>(static_cast<int32_t>(value));
}

}  // namespace millrace
