// Sparse tensors cut into rows, and joined to one again.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {

// indices [n, rank], values [n] and shape [rank].
struct SparseTriple {
  Tensor indices, values, shape;
};

// INVALID_ARGUMENT unless there are rows of at least one dimension, and the elements are in order.
absl::Status CheckRows(const SparseView& in);
// Calls f(row, the sparse tensor of one dimension less) for each row, also for those without
// elements; their values share memory with `in`. The first error ends it. REQUIRES: CheckRows.
absl::Status ForEachRow(const SparseView& in,
                        absl::FunctionRef<absl::Status(int64_t, SparseTriple)> f);

// Outputs 0 to 2: the sparse tensors one after the other, under new dimensions of the sizes `outer`
// (none: the only one as it is), as wide as the widest. INVALID_ARGUMENT, naming it, if one does
// not hold together, has values of another dtype than output 1, or another rank than the first.
// REQUIRES: as many parts as `outer` has elements, at least one.
absl::Status JoinSparse(KernelContext& c, absl::Span<const SparseTriple> parts,
                        absl::Span<const int64_t> outer);

}  // namespace millrace
