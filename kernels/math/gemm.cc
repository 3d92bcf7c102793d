#include "kernels/math/gemm.h"

#include <dnnl.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/thread_pool.h"
#include "kernels/math/arithmetic.h"
#include "kernels/math/gemm_eigen.h"
#include "kernels/math/one_thread_openmp.h"

namespace millrace {
namespace {

// Multiply-adds worth a thread of their own, and in a block of a large product.
constexpr int64_t kSmallBlock = int64_t{2} << 20;
constexpr int64_t kLargeBlock = int64_t{64} << 20;
constexpr int64_t kFewBlocks = 4;
// Columns or rows of a block are a multiple of this.
constexpr int64_t kAlign = 16;
// What is cut off one operand reads the other anew, so blocks of large products are as square as it
// goes, and neither side is cut below this.
constexpr int64_t kSquare = 256;

int64_t Blocks(int64_t side, int64_t of_block) { return (side + of_block - 1) / of_block; }
int64_t Part(int64_t side, int64_t parts) { return Blocks(Blocks(side, parts), kAlign) * kAlign; }

struct BlockSides {
  explicit BlockSides(const GemmShape& s) : m(s.m), n(s.n) {
    const int64_t work = s.m * s.n * std::max<int64_t>(1, s.k);
    const int64_t few = std::min(work / kSmallBlock, kFewBlocks), many = work / kLargeBlock;
    if (many > few) {
      while (Blocks(s.m, m) * Blocks(s.n, n) < many && std::max(m, n) > kSquare) {
        (n >= m ? n : m) = Part(std::max(m, n), 2);
      }
    } else if (few > 1 && std::max(m, n) >= 2 * kAlign) {
      (n >= m ? n : m) = Part(std::max(m, n), few);
    }
  }

  int64_t m, n;
};

// Calls block(m0, m1, n0, n1) for blocks that cover C.
template <typename F>
void ForEachBlock(ThreadPool* pool, const GemmShape& s, F block) {
  const BlockSides sides(s);
  if (pool == nullptr || (sides.m == s.m && sides.n == s.n)) {
    block(0, s.m, 0, s.n);
    return;
  }
  const int64_t columns = Blocks(s.n, sides.n), count = Blocks(s.m, sides.m) * columns;
  pool->ParallelFor(count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t m0 = i / columns * sides.m, n0 = i % columns * sides.n;
      block(m0, std::min(s.m, m0 + sides.m), n0, std::min(s.n, n0 + sides.n));
    }
  });
}

// Where op(A)'s row m0 and op(B)'s column n0 begin.
template <typename T>
const T* RowOfA(const GemmShape& s, const T* a, int64_t m0) {
  return a + (s.transpose_a ? m0 : m0 * s.lda());
}
template <typename T>
const T* ColumnOfB(const GemmShape& s, const T* b, int64_t n0) {
  return b + (s.transpose_b ? n0 * s.ldb() : n0);
}

// For products so small that a call of the library costs more than they do. k runs innermost for
// op(A) x B^T and in the middle otherwise.
void TinyGemm(const GemmShape& s, float scale, const float* a, const float* b, float* c,
              bool accumulate) {
  const int64_t a_row = s.transpose_a ? 1 : s.lda(), a_column = s.transpose_a ? s.lda() : 1;
  for (int64_t i = 0; i < s.m; ++i) {
    float* row = c + i * s.n;
    if (!accumulate) std::fill(row, row + s.n, 0.0f);
    for (int64_t p = 0; p < s.k; ++p) {
      const float x = scale * a[i * a_row + p * a_column];
      const float* column = s.transpose_b ? b + p : b + p * s.n;
      const int64_t step = s.transpose_b ? s.k : 1;
      for (int64_t j = 0; j < s.n; ++j) row[j] += x * column[j * step];
    }
  }
}

// [rows, columns] from the transposed matrix.
template <typename T>
std::vector<T> Transposed(const T* x, int64_t rows, int64_t columns) {
  std::vector<T> y(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) y[i * columns + j] = x[j * rows + i];
  }
  return y;
}

template <typename T>
void PlainGemm(int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* b, int64_t ldb,
               T* c, int64_t ldc) {
  if constexpr (std::is_integral_v<T>) {
    for (int64_t i = 0; i < m; ++i) {
      T* row = c + i * ldc;
      std::fill(row, row + n, T(0));
      for (int64_t p = 0; p < k; ++p) {
        const T x = a[i * lda + p];
        const T* other = b + p * ldb;
        for (int64_t j = 0; j < n; ++j) row[j] = Plus(row[j], Times(x, other[j]));
      }
    }
  } else {
    EigenGemm(m, n, k, a, lda, b, ldb, c, ldc);
  }
}

// Transposed operands are copied the other way round first, so that one product serves.
template <typename T>
void GemmByBlocks(ThreadPool* pool, const GemmShape& shape, const T* a, const T* b, T* c) {
  std::vector<T> own_a, own_b;
  GemmShape s = shape;
  if (s.transpose_a) {
    own_a = Transposed(a, s.m, s.k);
    a = own_a.data();
    s.transpose_a = false;
  }
  if (s.transpose_b) {
    own_b = Transposed(b, s.k, s.n);
    b = own_b.data();
    s.transpose_b = false;
  }
  ForEachBlock(pool, s, [&](int64_t m0, int64_t m1, int64_t n0, int64_t n1) {
    PlainGemm(m1 - m0, n1 - n0, s.k, RowOfA(s, a, m0), s.k, ColumnOfB(s, b, n0), s.n,
              c + m0 * s.n + n0, s.n);
  });
}

// Whether oneDNN has fast code for a block of m by n on this machine. For AVX2 its sgemm packs its
// operands only where both sides are long; else it walks down columns of B (and of A, if that is
// transposed), and where these lie a multiple of 1 KiB apart they fall into few sets of the cache:
// it then does half of what the machine can. With AVX-512 it is the faster at every size.
bool FastInOneDnn(const GemmShape& s, int64_t m, int64_t n) {
  static const bool has_avx512 =
      (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
  constexpr int64_t kFewSets = 1024 / sizeof(float);
  const bool packs = 1.0 / m + 1.0 / n < 0.0038;
  const bool walks_badly =
      (!s.transpose_b && s.ldb() % kFewSets == 0) || (s.transpose_a && s.lda() % kFewSets == 0);
  return has_avx512 || packs || !walks_badly;
}

void BlockGemm(const GemmShape& s, int64_t m, int64_t n, float scale, const float* a,
               const float* b, float* c, bool accumulate) {
  if (!FastInOneDnn(s, m, n)) {
    EigenGemm(s.transpose_a, s.transpose_b, m, n, s.k, scale, a, s.lda(), b, s.ldb(), accumulate, c,
              s.n);
    return;
  }
  const OneThreadOpenMp one_thread;
  dnnl_sgemm(s.transpose_a ? 'T' : 'N', s.transpose_b ? 'T' : 'N', m, n, s.k, scale, a, s.lda(), b,
             s.ldb(), accumulate ? 1.0f : 0.0f, c, s.n);
}

// C = scale op(A) op(B), or that added to C.
void ScaledGemm(ThreadPool* pool, const GemmShape& s, float scale, const float* a, const float* b,
                float* c, bool accumulate) {
  if (s.m == 0 || s.n == 0) return;
  if (s.k == 0) {
    if (!accumulate) std::memset(c, 0, sizeof(float) * static_cast<size_t>(s.m * s.n));
    return;
  }
  if (s.m * s.n * s.k <= 512) {
    TinyGemm(s, scale, a, b, c, accumulate);
    return;
  }
  ForEachBlock(pool, s, [&](int64_t m0, int64_t m1, int64_t n0, int64_t n1) {
    BlockGemm(s, m1 - m0, n1 - n0, scale, RowOfA(s, a, m0), ColumnOfB(s, b, n0), c + m0 * s.n + n0,
              accumulate);
  });
}

}  // namespace

void Gemm(ThreadPool* pool, const GemmShape& shape, const float* a, const float* b, float* c,
          bool accumulate) {
  ScaledGemm(pool, shape, 1.0f, a, b, c, accumulate);
}

void AddGemm(ThreadPool* pool, const GemmShape& shape, float scale, const float* a, const float* b,
             float* c) {
  ScaledGemm(pool, shape, scale, a, b, c, /*accumulate=*/true);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const double* a, const double* b, double* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const complex64* a, const complex64* b,
          complex64* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const complex128* a, const complex128* b,
          complex128* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const int16_t* a, const int16_t* b,
          int16_t* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const int32_t* a, const int32_t* b,
          int32_t* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

void Gemm(ThreadPool* pool, const GemmShape& shape, const int64_t* a, const int64_t* b,
          int64_t* c) {
  GemmByBlocks(pool, shape, a, b, c);
}

}  // namespace millrace
