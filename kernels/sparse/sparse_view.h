// A sparse tensor as kernels see it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// Refers to the tensors it was made of.
struct SparseView {
  const Tensor* indices = nullptr;
  const Tensor* values = nullptr;
  DimVector shape;
  int64_t count = 0;

  // Of three inputs of a kernel, from `first` on. INVALID_ARGUMENT unless they are [n, rank], [n]
  // and [rank] and the sizes are not negative. `what` names the tensor in messages.
  static absl::StatusOr<SparseView> Create(const Tensor& indices, const Tensor& values,
                                           const Tensor& shape, const char* what = "");

  int rank() const { return static_cast<int>(shape.size()); }
  absl::Span<const int64_t> Index(int64_t i) const {
    return absl::MakeConstSpan(indices->data<int64_t>() + i * rank(), shape.size());
  }
  // INVALID_ARGUMENT, naming it, for an index outside the shape.
  absl::Status CheckBounds() const;
  // CheckBounds, and INVALID_ARGUMENT unless the indices ascend without repetition.
  absl::Status CheckOrder() const;
  // The positions of the elements in row-major order.
  std::vector<int64_t> Sorted() const;
};

// A sparse tensor that is being made: element k has `index` and is the value at `from` of a tensor.
struct SparseParts {
  int rank = 0;
  std::vector<int64_t> indices;
  std::vector<int64_t> from;

  int64_t count() const { return static_cast<int64_t>(from.size()); }
  void Add(absl::Span<const int64_t> index, int64_t source) {
    indices.insert(indices.end(), index.begin(), index.end());
    from.push_back(source);
  }
  absl::Span<const int64_t> Index(int64_t k) const {
    return absl::MakeConstSpan(indices.data() + k * rank, static_cast<size_t>(rank));
  }
  // Outputs `first` (indices) and `first + stride` (values picked from `values`).
  absl::Status Store(KernelContext& c, int first, int stride, const Tensor& values) const;
  absl::Status StoreIndices(KernelContext& c, int output) const;
};

// -1, 0 or 1: row-major order of two indices.
int CompareIndices(absl::Span<const int64_t> a, absl::Span<const int64_t> b);
Tensor Int64Vector(absl::Span<const int64_t> values);

}  // namespace millrace
