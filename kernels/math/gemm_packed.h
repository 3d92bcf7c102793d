// Products of float matrices on one thread, for the shapes that oneDNN's AVX2 code is slow at.
#pragma once

#include <cstdint>

namespace millrace {

// C = scale op(A) op(B), or that added to C. op transposes if so asked; op(A) is [m,k], op(B)
// [k,n]; rows of what is stored lie lda, ldb and ldc elements apart. No size is negative, k is
// positive.
//
// Panels of op(B) are copied to where 16 columns lie side by side, so that tiles of 6 rows and 16
// columns, kept in registers, read it in one stream and no stride of B can crowd the cache's sets
// (the scheme of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
// Rows of A are read where they lie unless A is transposed.
void PackedGemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
                const float* a, int64_t lda, const float* b, int64_t ldb, bool accumulate, float* c,
                int64_t ldc);

}  // namespace millrace
