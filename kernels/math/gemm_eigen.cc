#include "kernels/math/gemm_eigen.h"

#include "Eigen/Core"

namespace millrace {
namespace {

template <typename T>
void Multiply(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb,
              T* c, int64_t ldc) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Stride = Eigen::OuterStride<>;
  const Eigen::Map<const Matrix, 0, Stride> left(a, m, k, Stride(lda));
  const Eigen::Map<const Matrix, 0, Stride> right(b, k, n, Stride(ldb));
  Eigen::Map<Matrix, 0, Stride> product(c, m, n, Stride(ldc));
  product.noalias() = left * right;
}

}  // namespace

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
