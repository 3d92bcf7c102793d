// What the ops on matrices share: a tensor is a batch of the matrices in its last two dimensions.
#pragma once

#include <cstdint>
#include <memory>

#include "Eigen/Core"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/gradient.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "kernels/math/types.h"

namespace millrace {

template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using MatrixView = Eigen::Map<const Matrix<T>>;
template <typename T>
using MutableMatrixView = Eigen::Map<Matrix<T>>;

// The sizes of a batch of matrices.
struct MatrixBatch {
  int64_t count = 1, rows = 0, columns = 0;

  // INVALID_ARGUMENT unless the rank is 2 or more and, with `square`, the last two sizes are equal.
  static absl::StatusOr<MatrixBatch> Of(const Tensor& t, bool square);
  int64_t size() const { return rows * columns; }
};

// Matrix i of the batch.
template <typename T>
MatrixView<T> MatrixAt(const Tensor& t, int64_t i) {
  const int64_t m = t.dim(t.rank() - 2), n = t.dim(t.rank() - 1);
  return MatrixView<T>(t.data<T>() + i * m * n, m, n);
}
template <typename T>
MutableMatrixView<T> MutableMatrixAt(Tensor* t, int64_t i) {
  const int64_t m = t->dim(t->rank() - 2), n = t->dim(t->rank() - 1);
  return MutableMatrixView<T>(t->mutable_data<T>() + i * m * n, m, n);
}

// The batch dimensions of `shape` (all but the last two) followed by `dims`.
absl::StatusOr<Shape> BatchShape(const Shape& shape, std::initializer_list<int64_t> dims);
// The same of a shape that may be unknown.
PartialShape BatchShape(const PartialShape& shape, std::initializer_list<int64_t> dims);

// Which matrix of a batch of shape `from` serves matrix i of the batch of shape `to` it is
// broadcast to.
int64_t BroadcastSource(const Shape& to, const Shape& from, int64_t i);

// fn(i) for each of `count` matrices, on the pool's threads; the error of the first that fails.
absl::Status ForEachMatrix(KernelContext& c, int64_t count,
                           absl::FunctionRef<absl::Status(int64_t i)> fn);

// Calls `inner` with the inputs in double precision, and stores what it gives in the outputs'
// types.
absl::Status ComputeInDouble(Kernel& inner, KernelContext& c);

// K<double> or K<complex128> for any floating or complex type: decompositions take long to compile,
// and gain from the precision.
template <template <typename> class K>
class InDouble final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (IsComplex(c.input_type(0))) {
      inner_ = std::make_unique<K<complex128>>();
    } else {
      inner_ = std::make_unique<K<double>>();
    }
    return inner_->Init(c);
  }
  absl::Status Compute(KernelContext& c) override { return ComputeInDouble(*inner_, c); }

 private:
  std::unique_ptr<Kernel> inner_;
};

// Shape functions: of square matrices, output 0 like input 0; and square ones to a scalar each.
absl::Status SquareMatrices(ShapeContext& c);
absl::Status ScalarOfSquareMatrices(ShapeContext& c);

// Products of batches of matrices, as gradients use them; `adjoint` conjugates and transposes.
Output MatrixProduct(Builder& b, Output x, Output y, bool adjoint_x = false,
                     bool adjoint_y = false);
Output Adjoint(Builder& b, Output x);
// Columns [begin, begin + size) of each matrix, all from `begin` on if size is -1. REQUIRES: the
// rank of x is known.
Output Columns(Builder& b, Output x, int64_t begin, int64_t size);
// The identity, one for each matrix of `like`.
Output IdentityLike(Builder& b, Output like);

}  // namespace millrace
