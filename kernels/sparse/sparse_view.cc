#include "kernels/sparse/sparse_view.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "kernels/array/elements.h"

namespace millrace {

absl::StatusOr<SparseView> SparseView::Create(const Tensor& indices, const Tensor& values,
                                              const Tensor& shape, const char* what) {
  if (indices.rank() != 2 || values.rank() != 1 || shape.rank() != 1 ||
      indices.dim(0) != values.dim(0) || indices.dim(1) != shape.dim(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the indices, values and shape of a sparse tensor ", what,
                     " must be [n, rank], [n] and [rank], not ", indices.shape().ToString(), ", ",
                     values.shape().ToString(), " and ", shape.shape().ToString()));
  }
  SparseView v;
  v.indices = &indices;
  v.values = &values;
  v.count = values.dim(0);
  v.shape.assign(shape.data<int64_t>(), shape.data<int64_t>() + shape.dim(0));
  MR_RETURN_IF_ERROR(Shape::Create(v.shape).status());
  return v;
}

absl::Status SparseView::CheckBounds() const {
  for (int64_t i = 0; i < count; ++i) {
    const auto index = Index(i);
    for (int d = 0; d < rank(); ++d) {
      if (index[d] >= 0 && index[d] < shape[d]) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("indices[", i, "] = [", absl::StrJoin(index, ","),
                       "] is out of bounds: need 0 <= index < [", absl::StrJoin(shape, ","), "]"));
    }
  }
  return absl::OkStatus();
}

absl::Status SparseView::CheckOrder() const {
  MR_RETURN_IF_ERROR(CheckBounds());
  for (int64_t i = 1; i < count; ++i) {
    const int order = CompareIndices(Index(i - 1), Index(i));
    if (order < 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "indices[", i, "] = [", absl::StrJoin(Index(i), ","), "] is ",
        order == 0 ? "repeated" : "out of order. Many sparse ops require sorted indices"));
  }
  return absl::OkStatus();
}

std::vector<int64_t> SparseView::Sorted() const {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [this](int64_t a, int64_t b) { return CompareIndices(Index(a), Index(b)) < 0; });
  return order;
}

absl::Status SparseParts::StoreIndices(KernelContext& c, int output) const {
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(output, Shape({count(), rank}), &out));
  std::copy(indices.begin(), indices.end(), out->mutable_data<int64_t>());
  return absl::OkStatus();
}

absl::Status SparseParts::Store(KernelContext& c, int first, int stride,
                                const Tensor& values) const {
  MR_RETURN_IF_ERROR(StoreIndices(c, first));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(first + stride, Shape({count()}), &out));
  for (int64_t k = 0; k < count(); ++k)
    CopyElements(out->dtype(), ElementAt(values, from[k]), MutableElementAt(*out, k), 1);
  return absl::OkStatus();
}

int CompareIndices(absl::Span<const int64_t> a, absl::Span<const int64_t> b) {
  for (size_t d = 0; d < a.size(); ++d) {
    if (a[d] != b[d]) return a[d] < b[d] ? -1 : 1;
  }
  return 0;
}

Tensor Int64Vector(absl::Span<const int64_t> values) { return Tensor::Vector<int64_t>(values); }

}  // namespace millrace
