#include "kernels/math/gemm_eigen.h"

#include "Eigen/Core"

namespace millrace {
namespace {

template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Stride = Eigen::OuterStride<>;

template <typename T>
Eigen::Map<const Matrix<T>, 0, Stride> In(const T* x, int64_t rows, int64_t columns, int64_t ld) {
  return {x, rows, columns, Stride(ld)};
}

template <typename T>
Eigen::Map<Matrix<T>, 0, Stride> Out(T* x, int64_t rows, int64_t columns, int64_t ld) {
  return {x, rows, columns, Stride(ld)};
}

template <typename T>
void Multiply(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb,
              T* c, int64_t ldc) {
  Out(c, m, n, ldc).noalias() = In(a, m, k, lda) * In(b, k, n, ldb);
}

}  // namespace

void EigenGemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
               const float* a, int64_t lda, const float* b, int64_t ldb, bool accumulate, float* c,
               int64_t ldc) {
  const auto left = In(a, transpose_a ? k : m, transpose_a ? m : k, lda);
  const auto right = In(b, transpose_b ? n : k, transpose_b ? k : n, ldb);
  auto product = Out(c, m, n, ldc);
  if (!accumulate) product.setZero();
  if (transpose_a && transpose_b) {
    product.noalias() += scale * left.transpose() * right.transpose();
  } else if (transpose_a) {
    product.noalias() += scale * left.transpose() * right;
  } else if (transpose_b) {
    product.noalias() += scale * left * right.transpose();
  } else {
    product.noalias() += scale * left * right;
  }
}

void EigenGemm(int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b,
               int64_t ldb, double* c, int64_t ldc) {
  Multiply(m, n, k, a, lda, b, ldb, c, ldc);
}

void EigenGemm(int64_t m, int64_t n, int64_t k, const complex64* a, int64_t lda, const complex64* b,
               int64_t ldb, complex64* c, int64_t ldc) {
  Multiply(m, n, k, a, lda, b, ldb, c, ldc);
}

void EigenGemm(int64_t m, int64_t n, int64_t k, const complex128* a, int64_t lda,
               const complex128* b, int64_t ldb, complex128* c, int64_t ldc) {
  Multiply(m, n, k, a, lda, b, ldb, c, ldc);
}

}  // namespace millrace
