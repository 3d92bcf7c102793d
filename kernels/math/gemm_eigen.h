// Products by Eigen, one block on one thread: those that oneDNN does not have, and those for which
// it has no fast code here.
#pragma once

#include <cstdint>

#include "kernels/math/types.h"

namespace millrace {

// C[m,n] += scale op(A)[m,k] op(B)[k,n], row-major, where op transposes if so asked; rows of A, B
// and C lie lda, ldb and ldc elements apart. Without `accumulate` C is overwritten.
void EigenGemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
               const float* a, int64_t lda, const float* b, int64_t ldb, bool accumulate, float* c,
               int64_t ldc);

// C[m,n] = A[m,k] B[k,n], row-major; rows lie lda, ldb and ldc elements apart.
void EigenGemm(int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b,
               int64_t ldb, double* c, int64_t ldc);
void EigenGemm(int64_t m, int64_t n, int64_t k, const complex64* a, int64_t lda, const complex64* b,
               int64_t ldb, complex64* c, int64_t ldc);
void EigenGemm(int64_t m, int64_t n, int64_t k, const complex128* a, int64_t lda,
               const complex128* b, int64_t ldb, complex128* c, int64_t ldc);

}  // namespace millrace
