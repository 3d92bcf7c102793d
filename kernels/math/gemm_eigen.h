// Products by Eigen, one block on one thread, of types that oneDNN does not have.
#pragma once

#include <cstdint>

#include "kernels/math/types.h"

namespace millrace {

// C[m,n] = A[m,k] B[k,n], row-major; rows lie lda, ldb and ldc elements apart.
void EigenGemm(int64_t m, int64_t n, int64_t k, const double* a, int64_t lda, const double* b,
               int64_t ldb, double* c, int64_t ldc);
void EigenGemm(int64_t m, int64_t n, int64_t k, const complex64* a, int64_t lda, const complex64* b,
               int64_t ldb, complex64* c, int64_t ldc);
void EigenGemm(int64_t m, int64_t n, int64_t k, const complex128* a, int64_t lda,
               const complex128* b, int64_t ldb, complex128* c, int64_t ldc);

}  // namespace millrace
