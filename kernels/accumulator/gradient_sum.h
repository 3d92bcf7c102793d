// GradientSum: what an accumulator adds gradients to, dense or sparse.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace millrace {

// The tensors that make one gradient: the values; or, of a sparse one, the indices of the rows that
// it has, their values, and the shape of the whole, which may be uninitialised.
using GradientTuple = std::vector<Tensor>;

// Called under the accumulator's lock.
class GradientSum {
 public:
  virtual ~GradientSum() = default;
  // INVALID_ARGUMENT for another dtype or shape than the sum's or the gradients' before.
  virtual absl::Status Add(const GradientTuple& gradient) = 0;
  // The sum; with `mean` divided by how often each row was added.
  virtual absl::StatusOr<GradientTuple> Result(bool mean) const = 0;
  virtual void Reset() = 0;
};

std::unique_ptr<GradientSum> NewDenseSum(DType dtype, PartialShape shape);
std::unique_ptr<GradientSum> NewSparseSum(DType dtype, PartialShape shape);

}  // namespace millrace
