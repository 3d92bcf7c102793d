#include "kernels/array/scatter.h"

#include <algorithm>
#include <complex>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/tensor/float16.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

absl::StatusOr<std::vector<int64_t>> AllIndices(const Tensor& indices) {
  const auto widen = [](auto span) { return std::vector<int64_t>(span.begin(), span.end()); };
  switch (indices.dtype()) {
    case DType::kInt16:
      return widen(indices.flat<int16_t>());
    case DType::kUInt16:
      return widen(indices.flat<uint16_t>());
    case DType::kInt32:
      return widen(indices.flat<int32_t>());
    case DType::kInt64:
      return widen(indices.flat<int64_t>());
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("indices must be integers, not ", DTypeName(indices.dtype())));
  }
}

template <typename T>
inline constexpr bool kIsComplex =
    std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

template <ScatterOp kOp, typename T>
T Combine(T a, T b) {
  if constexpr (kOp == ScatterOp::kAdd) return T(a + b);
  if constexpr (kOp == ScatterOp::kSub) return T(a - b);
  if constexpr (kOp == ScatterOp::kMul) return T(a * b);
  if constexpr (kOp == ScatterOp::kDiv) {
    // The one quotient that does not fit wraps, as the other operations do.
    if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      if (b == T(-1))
        return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(a));
    }
    return T(a / b);
  }
  if constexpr (kOp == ScatterOp::kMin) return b < a ? b : a;
  if constexpr (kOp == ScatterOp::kMax) return a < b ? b : a;
}

template <ScatterOp kOp, typename T>
void CombineSlices(const ScatterTargets& t, const T* updates, bool scalar, T* target) {
  for (size_t i = 0; i < t.offsets.size(); ++i) {
    T* out = target + t.offsets[i];
    if (scalar) {
      for (int64_t j = 0; j < t.slice; ++j) out[j] = Combine<kOp>(out[j], updates[0]);
    } else {
      const T* in = updates + static_cast<int64_t>(i) * t.slice;
      for (int64_t j = 0; j < t.slice; ++j) out[j] = Combine<kOp>(out[j], in[j]);
    }
  }
}

template <typename T>
absl::Status ScatterNumbers(ScatterOp op, const ScatterTargets& t, const Tensor& updates,
                            bool scalar, Tensor& target) {
  const T* in = updates.data<T>();
  T* out = target.mutable_data<T>();
  switch (op) {
    case ScatterOp::kAdd:
      CombineSlices<ScatterOp::kAdd>(t, in, scalar, out);
      return absl::OkStatus();
    case ScatterOp::kSub:
      CombineSlices<ScatterOp::kSub>(t, in, scalar, out);
      return absl::OkStatus();
    case ScatterOp::kMul:
      CombineSlices<ScatterOp::kMul>(t, in, scalar, out);
      return absl::OkStatus();
    case ScatterOp::kDiv:
      if constexpr (std::is_integral_v<T>) {
        if (std::find(in, in + updates.num_elements(), T(0)) != in + updates.num_elements()) {
          return absl::InvalidArgumentError("integer division by zero");
        }
      }
      CombineSlices<ScatterOp::kDiv>(t, in, scalar, out);
      return absl::OkStatus();
    default:
      break;
  }
  if constexpr (!kIsComplex<T>) {
    if (op == ScatterOp::kMin) {
      CombineSlices<ScatterOp::kMin>(t, in, scalar, out);
    } else {
      CombineSlices<ScatterOp::kMax>(t, in, scalar, out);
    }
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("complex numbers have no minimum and maximum");
}

void ScatterUpdate(const ScatterTargets& t, const Tensor& updates, bool scalar, Tensor& target) {
  VisitStorage(target.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = updates.data<T>();
    T* out = target.mutable_data<T>();
    for (size_t i = 0; i < t.offsets.size(); ++i) {
      if (scalar) {
        std::fill_n(out + t.offsets[i], t.slice, in[0]);
      } else {
        std::copy_n(in + static_cast<int64_t>(i) * t.slice, t.slice, out + t.offsets[i]);
      }
    }
  });
}

// "Add" is "or", which is what ScatterNd of booleans means.
void ScatterOr(const ScatterTargets& t, const Tensor& updates, bool scalar, Tensor& target) {
  for (size_t i = 0; i < t.offsets.size(); ++i) {
    for (int64_t j = 0; j < t.slice; ++j) {
      const bool in = updates.data<bool>()[scalar ? 0 : static_cast<int64_t>(i) * t.slice + j];
      target.mutable_data<bool>()[t.offsets[i] + j] |= in;
    }
  }
}

}  // namespace

absl::StatusOr<ScatterTargets> RowTargets(const Tensor& indices, const Shape& shape) {
  if (shape.rank() < 1) {
    return absl::InvalidArgumentError(
        "the tensor to scatter into must have at least one dimension");
  }
  ScatterTargets t;
  MR_ASSIGN_OR_RETURN(t.offsets, AllIndices(indices));
  const int64_t rows = shape.dim(0);
  t.slice = 1;
  DimVector dims(indices.shape().dims().begin(), indices.shape().dims().end());
  for (int d = 1; d < shape.rank(); ++d) {
    t.slice *= shape.dim(d);
    dims.push_back(shape.dim(d));
  }
  for (size_t i = 0; i < t.offsets.size(); ++i) {
    if (t.offsets[i] < 0 || t.offsets[i] >= rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("indices[", i, "] = ", t.offsets[i], " is not in [0, ", rows, ")"));
    }
    t.offsets[i] *= t.slice;
  }
  MR_ASSIGN_OR_RETURN(t.updates_shape, Shape::Create(dims));
  return t;
}

absl::StatusOr<ScatterTargets> NdTargets(const Tensor& indices, const Shape& shape) {
  if (indices.rank() < 1) {
    return absl::InvalidArgumentError("indices must have at least one dimension");
  }
  const int64_t depth = indices.dim(indices.rank() - 1);
  if (depth > shape.rank()) {
    return absl::InvalidArgumentError(absl::StrCat("The last dimension of indices, ", depth,
                                                   ", must be at most the rank of ",
                                                   shape.ToString()));
  }
  ScatterTargets t;
  DimVector dims(indices.shape().dims().begin(), indices.shape().dims().end() - 1);
  t.slice = 1;
  for (int d = static_cast<int>(depth); d < shape.rank(); ++d) {
    t.slice *= shape.dim(d);
    dims.push_back(shape.dim(d));
  }
  MR_ASSIGN_OR_RETURN(t.updates_shape, Shape::Create(dims));
  MR_ASSIGN_OR_RETURN(const std::vector<int64_t> positions, AllIndices(indices));
  int64_t count = 1;
  for (int d = 0; d + 1 < indices.rank(); ++d) count *= indices.dim(d);
  t.offsets.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t offset = 0;
    for (int64_t d = 0; d < depth; ++d) {
      const int64_t at = positions[i * depth + d], limit = shape.dim(static_cast<int>(d));
      if (at < 0 || at >= limit) {
        const auto row = absl::MakeConstSpan(positions).subspan(i * depth, depth);
        return absl::InvalidArgumentError(
            absl::StrCat("indices[", i, "] = [", absl::StrJoin(row, ", "),
                         "] does not index into shape ", shape.ToString()));
      }
      offset = offset * limit + at;
    }
    t.offsets.push_back(offset * t.slice);
  }
  return t;
}

// "Add" appends.
void ScatterAppend(const ScatterTargets& t, const Tensor& updates, bool scalar, Tensor& target) {
  for (size_t i = 0; i < t.offsets.size(); ++i) {
    for (int64_t j = 0; j < t.slice; ++j) {
      target.mutable_data<std::string>()[t.offsets[i] + j] +=
          updates.data<std::string>()[scalar ? 0 : static_cast<int64_t>(i) * t.slice + j];
    }
  }
}

absl::Status Scatter(ScatterOp op, const ScatterTargets& targets, const Tensor& updates,
                     bool allow_scalar, Tensor& target) {
  const bool scalar = allow_scalar && updates.rank() == 0;
  if (!scalar && updates.shape() != targets.updates_shape) {
    return absl::InvalidArgumentError(absl::StrCat("updates must have shape ",
                                                   targets.updates_shape.ToString(), ", got ",
                                                   updates.shape().ToString()));
  }
  if (targets.offsets.empty() || targets.slice == 0) return absl::OkStatus();
  if (op == ScatterOp::kUpdate) {
    ScatterUpdate(targets, updates, scalar, target);
    return absl::OkStatus();
  }
  if (op == ScatterOp::kAdd && target.dtype() == DType::kBool) {
    ScatterOr(targets, updates, scalar, target);
    return absl::OkStatus();
  }
  if (op == ScatterOp::kAdd && target.dtype() == DType::kString) {
    ScatterAppend(targets, updates, scalar, target);
    return absl::OkStatus();
  }
  switch (target.dtype()) {
#define MR_CASE(T)  \
  case kDTypeOf<T>: \
    return ScatterNumbers<T>(op, targets, updates, scalar, target)
    MR_CASE(half);
    MR_CASE(bfloat16);
    MR_CASE(float);
    MR_CASE(double);
    MR_CASE(int8_t);
    MR_CASE(int16_t);
    MR_CASE(int32_t);
    MR_CASE(int64_t);
    MR_CASE(uint8_t);
    MR_CASE(uint16_t);
    MR_CASE(uint32_t);
    MR_CASE(uint64_t);
    MR_CASE(std::complex<float>);
    MR_CASE(std::complex<double>);
#undef MR_CASE
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("elements of type ", DTypeName(target.dtype()), " cannot be combined"));
  }
}

}  // namespace millrace
