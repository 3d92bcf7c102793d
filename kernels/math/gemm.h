// Matrix products of row-major matrices.
#pragma once

#include <cstdint>

#include "kernels/math/types.h"

namespace millrace {

class ThreadPool;

// op(A) is [m,k] and op(B) is [k,n], where op transposes if so asked; rows of A and B lie lda and
// ldb elements apart, those of C, [m,n], n.
struct GemmShape {
  int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
  int64_t lda() const { return transpose_a ? m : k; }
  int64_t ldb() const { return transpose_b ? k : n; }
};

// C = op(A) op(B), or C += op(A) op(B) if `accumulate`. The work is shared among `pool`'s threads
// in blocks that depend on the shape alone; with a null pool it is done here. Integers wrap.
void Gemm(ThreadPool* pool, const GemmShape& shape, const float* a, const float* b, float* c,
          bool accumulate = false);
// C += scale op(A) op(B), likewise.
void AddGemm(ThreadPool* pool, const GemmShape& shape, float scale, const float* a, const float* b,
             float* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const double* a, const double* b, double* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const complex64* a, const complex64* b,
          complex64* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const complex128* a, const complex128* b,
          complex128* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const int16_t* a, const int16_t* b, int16_t* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const int32_t* a, const int32_t* b, int32_t* c);
void Gemm(ThreadPool* pool, const GemmShape& shape, const int64_t* a, const int64_t* b, int64_t* c);

}  // namespace millrace
