#include "kernels/array/gather_rows.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

constexpr int64_t kBytesPerShard = 1 << 15;

// Sizes of the five-dimensional problem: params [batch, outer, limit, inner], indices [batch,
// count].
struct GatherSizes {
  int64_t batch = 1, outer = 1, limit = 0, inner = 1, count = 1;
};

// Copies for result slices [begin, end) of batch * outer * count. Returns the position in `indices`
// of a bad one, or -1.
template <typename T, typename Index>
int64_t GatherRange(const GatherSizes& s, const T* params, const Index* indices, T* out,
                    int64_t begin, int64_t end) {
  for (int64_t slice = begin; slice < end; ++slice) {
    const int64_t i = slice % s.count, row = slice / s.count;  // row: over batch * outer
    const int64_t place = row / s.outer * s.count + i;
    // One unsigned comparison finds negative indices too; read once, so that what is checked is
    // what is used.
    const int64_t index = static_cast<int64_t>(indices[place]);
    if (static_cast<uint64_t>(index) >= static_cast<uint64_t>(s.limit)) return place;
    const T* from = params + (row * s.limit + index) * s.inner;
    if (s.inner == 1) {
      out[slice] = *from;
    } else {
      std::copy_n(from, s.inner, out + slice * s.inner);
    }
  }
  return -1;
}

template <typename Index>
absl::Status Gather(KernelContext& c, const GatherSizes& s, const Tensor& params,
                    const Tensor& indices, Tensor* out) {
  const int64_t total = s.batch * s.outer * s.count;
  if (total == 0 || s.inner == 0) return absl::OkStatus();
  std::atomic<int64_t> bad{-1};
  VisitStorage(params.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* to = out->mutable_data<T>();
    const int64_t slice_bytes = s.inner * static_cast<int64_t>(sizeof(T));
    c.pool()->ParallelFor(
        total, std::max<int64_t>(1, kBytesPerShard / slice_bytes), [&](int64_t begin, int64_t end) {
          const int64_t place =
              GatherRange(s, params.data<T>(), indices.data<Index>(), to, begin, end);
          if (place >= 0) bad.store(place, std::memory_order_relaxed);
        });
  });
  if (const int64_t place = bad.load(); place >= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("indices[", place, "] = ", static_cast<int64_t>(indices.data<Index>()[place]),
                     " is not in [0, ", s.limit, ")"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status GatherRows(KernelContext& c, const Tensor& params, const Tensor& indices,
                        int64_t raw_axis, int64_t raw_batch_dims) {
  if (params.rank() < 1) return absl::InvalidArgumentError("params must be at least 1 dimensional");
  MR_ASSIGN_OR_RETURN(const int axis, AxisArg(raw_axis, params.rank(), "axis"));
  const int64_t batch_dims = raw_batch_dims < 0 ? raw_batch_dims + indices.rank() : raw_batch_dims;
  if (batch_dims < 0 || batch_dims > indices.rank() || batch_dims > axis) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch_dims (", raw_batch_dims, ") must be at most axis (", axis,
                     ") and the rank of indices (", indices.rank(), ")"));
  }
  GatherSizes s;
  DimVector dims;
  for (int d = 0; d < params.rank(); ++d) {
    const int64_t n = params.dim(d);
    if (d < batch_dims && n != indices.dim(d)) {
      return absl::InvalidArgumentError(absl::StrCat("params.shape[", d, "]: ", n,
                                                     " should be equal to indices.shape[", d,
                                                     "]: ", indices.dim(d)));
    }
    if (d == axis) {
      s.limit = n;
      for (int i = static_cast<int>(batch_dims); i < indices.rank(); ++i) {
        s.count *= indices.dim(i);
        dims.push_back(indices.dim(i));
      }
      continue;
    }
    (d < batch_dims ? s.batch : d < axis ? s.outer : s.inner) *= n;
    dims.push_back(n);
  }
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  switch (indices.dtype()) {
    case DType::kInt16:
      return Gather<int16_t>(c, s, params, indices, out);
    case DType::kInt32:
      return Gather<int32_t>(c, s, params, indices, out);
    case DType::kInt64:
      return Gather<int64_t>(c, s, params, indices, out);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("indices must be int16, int32 or int64, not ", DTypeName(indices.dtype())));
  }
}

absl::StatusOr<PartialShape> GatherShape(const PartialShape& params, const PartialShape& indices,
                                         std::optional<int64_t> raw_axis, int64_t batch_dims) {
  if (!params.known_rank()) return PartialShape();
  if (params.rank() < 1) return absl::InvalidArgumentError("params must be at least 1 dimensional");
  if (!indices.known_rank()) return PartialShape();
  if (batch_dims < 0) batch_dims += indices.rank();
  if (batch_dims < 0 || batch_dims > indices.rank() || batch_dims >= params.rank()) {
    return absl::InvalidArgumentError(absl::StrCat("batch_dims does not fit params of shape ",
                                                   params.ToString(), " and indices of shape ",
                                                   indices.ToString()));
  }
  const int extra = indices.rank() - static_cast<int>(batch_dims);
  if (!raw_axis.has_value()) return PartialShape::UnknownOfRank(params.rank() - 1 + extra);
  MR_ASSIGN_OR_RETURN(const int axis, AxisArg(*raw_axis, params.rank(), "axis"));
  if (batch_dims > axis) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch_dims ", batch_dims, " exceeds axis ", axis));
  }
  DimVector dims;
  for (int d = 0; d < params.rank(); ++d) {
    if (d == axis) {
      for (int i = static_cast<int>(batch_dims); i < indices.rank(); ++i)
        dims.push_back(indices.dim(i));
    } else if (d < batch_dims) {
      MR_ASSIGN_OR_RETURN(const int64_t n, ShapeContext::MergeDim(params.dim(d), indices.dim(d)));
      dims.push_back(n);
    } else {
      dims.push_back(params.dim(d));
    }
  }
  return PartialShape::Create(dims);
}

Gradient GatherRowsGradient(Builder& b, Output dy, Output indices, Output dense_shape) {
  const Output count = b.Reshape(b.Size(indices), b.Ints({1}));
  const Output row = b.Slice(dense_shape, b.Ints({1}), b.Ints({-1}));
  const Output values = b.Reshape(dy, b.Concat(Outputs{count, row}, b.Scalar<int32_t>(0)));
  return Gradient::Sparse(values, b.Reshape(indices, b.Ints({-1})), dense_shape);
}

}  // namespace millrace
