#include "kernels/math/gemm_packed.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace millrace {
namespace {

// Eight floats, anywhere in memory.
using Vector = float __attribute__((vector_size(32), aligned(4), may_alias));
constexpr int64_t kLanes = 8;
// A tile of C: 12 of AVX2's 16 registers.
constexpr int64_t kRows = 6;
constexpr int64_t kColumns = 2 * kLanes;
// What is packed at a time: of op(B) a part of [kDepth, kWidth], of a transposed A one of
// [kHeight, kDepth]. kRows rows of that stay in the first cache while the panels of B, from the
// second or third, pass by: each is used for 2 kRows multiply-adds a vector.
constexpr int64_t kDepth = 256;
constexpr int64_t kHeight = 16 * kRows;
constexpr int64_t kWidth = 1024;

Vector Load(const float* x) { return *reinterpret_cast<const Vector*>(x); }
void Store(float* x, Vector v) { *reinterpret_cast<Vector*>(x) = v; }
Vector Broadcast(float x) { return Vector{x, x, x, x, x, x, x, x}; }

// op(A) from some row and column on: (i, p) is at[i * row + p * column].
struct Strided {
  const float* at;
  int64_t row, column;
  Strided From(int64_t i, int64_t p) const { return {at + i * row + p * column, row, column}; }
};

// Where a tile of C goes, and how.
struct Target {
  float* c;
  int64_t ldc;
  float scale;
  bool accumulate;
};

// Part of a row of C, where a tile reaches over its edge.
void StoreSome(const Target& to, const float* sum, int64_t columns, float* c) {
  for (int64_t j = 0; j < columns; ++j) c[j] = to.accumulate ? c[j] + sum[j] : sum[j];
}

// `rows` rows of C and up to kColumns columns: those of `a` times the panel `b`, [k, kColumns].
template <int rows>
void Tile(int64_t k, Strided a, const float* b, int64_t columns, const Target& to) {
  Vector sum[rows][2] = {};
#pragma GCC unroll 6
  for (int i = 0; i < rows; ++i) __builtin_prefetch(to.c + i * to.ldc, 1);
  for (int64_t p = 0; p < k; ++p, a.at += a.column, b += kColumns) {
    const Vector low = Load(b), high = Load(b + kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < rows; ++i) {
      const Vector x = Broadcast(a.at[i * a.row]);
      sum[i][0] += x * low;
      sum[i][1] += x * high;
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < rows; ++i) {
    float* c = to.c + i * to.ldc;
    Vector low = to.scale * sum[i][0], high = to.scale * sum[i][1];
    if (columns < kColumns) {
      float row[kColumns];
      Store(row, low);
      Store(row + kLanes, high);
      StoreSome(to, row, columns, c);
      continue;
    }
    if (to.accumulate) {
      low += Load(c);
      high += Load(c + kLanes);
    }
    Store(c, low);
    Store(c + kLanes, high);
  }
}

using TileFunction = void (*)(int64_t k, Strided a, const float* b, int64_t columns,
                              const Target& to);
constexpr TileFunction kTiles[] = {nullptr, Tile<1>, Tile<2>, Tile<3>, Tile<4>, Tile<5>, Tile<6>};
static_assert(sizeof(kTiles) / sizeof(kTiles[0]) == kRows + 1);

// y = the transposed of the eight by eight elements at x.
void Transpose8(const float* x, int64_t ldx, float* y, int64_t ldy) {
  Vector r[8], t[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) r[i] = Load(x + i * ldx);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const int j = i / 2 * 4 + i % 2;
    r[i * 2] = __builtin_shufflevector(t[j], t[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    r[i * 2 + 1] = __builtin_shufflevector(t[j], t[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    Store(y + i * ldy, __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11));
    Store(y + (i + 4) * ldy, __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15));
  }
}

// panel, [k, kColumns] = the first `columns` columns of b, and zeros.
void PackPanel(Strided b, int64_t k, int64_t columns, float* panel) {
  int64_t p = 0;
  if (columns == kColumns && b.column == 1) {
    for (; p < k; ++p) std::memcpy(panel + p * kColumns, b.From(p, 0).at, kColumns * sizeof(float));
  } else if (columns == kColumns) {
    for (; p + kLanes <= k; p += kLanes) {
      Transpose8(b.From(p, 0).at, b.column, panel + p * kColumns, kColumns);
      Transpose8(b.From(p, kLanes).at, b.column, panel + p * kColumns + kLanes, kColumns);
    }
  }
  for (; p < k; ++p) {
    float* row = panel + p * kColumns;
    for (int64_t j = 0; j < columns; ++j) row[j] = *b.From(p, j).at;
    std::fill(row + columns, row + kColumns, 0.0f);
  }
}

// Of a transposed A, groups of kRows rows of op(A), each as [k, kRows]; of the last what there is.
void PackRows(Strided a, int64_t m, int64_t k, float* to) {
  for (int64_t i = 0; i < m; i += kRows) {
    const int64_t rows = std::min(kRows, m - i);
    const float* from = a.From(i, 0).at;
    if (rows == kRows) {
      for (int64_t p = 0; p < k; ++p, from += a.column, to += kRows) {
        std::memcpy(to, from, kRows * sizeof(float));
      }
    } else {
      for (int64_t p = 0; p < k; ++p, from += a.column) to = std::copy_n(from, rows, to);
    }
  }
}

// What a thread packs into.
struct Scratch {
  Scratch() : memory(static_cast<float*>(std::aligned_alloc(64, kFloats * sizeof(float)))) {
    if (memory == nullptr) throw std::bad_alloc();
  }
  float* rows() const { return memory.get(); }
  float* panels() const { return memory.get() + kDepth * kHeight; }

  static constexpr size_t kFloats = kDepth * (kHeight + kWidth);
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float[], Free> memory;
};

// Up to kHeight rows of C: op(A) [m,k] times the packed op(B) [k,n].
void MultiplyRows(const Scratch& scratch, Strided a, int64_t m, int64_t n, int64_t k,
                  const Target& to) {
  const bool packed = a.row == 1;
  if (packed) PackRows(a, m, k, scratch.rows());
  for (int64_t i = 0; i < m; i += kRows) {
    const int64_t rows = std::min(kRows, m - i);
    const Strided group = packed ? Strided{scratch.rows() + i * k, 1, rows} : a.From(i, 0);
    for (int64_t j = 0; j < n; j += kColumns) {
      const Target tile = {to.c + i * to.ldc + j, to.ldc, to.scale, to.accumulate};
      kTiles[rows](k, group, scratch.panels() + j * k, std::min(kColumns, n - j), tile);
    }
  }
}

// Equal parts of k, each of at most kDepth and, but for the last, a multiple of kLanes.
int64_t DepthOfPart(int64_t k) {
  const int64_t parts = (k + kDepth - 1) / kDepth;
  return ((k + parts - 1) / parts + kLanes - 1) / kLanes * kLanes;
}

}  // namespace

void PackedGemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
                const float* a, int64_t lda, const float* b, int64_t ldb, bool accumulate, float* c,
                int64_t ldc) {
  thread_local const Scratch scratch;
  const Strided left{a, transpose_a ? 1 : lda, transpose_a ? lda : 1};
  const Strided right{b, transpose_b ? 1 : ldb, transpose_b ? ldb : 1};
  const int64_t depth = DepthOfPart(k);
  for (int64_t j = 0; j < n; j += kWidth) {
    for (int64_t p = 0; p < k; p += depth) {
      const int64_t width = std::min(kWidth, n - j), d = std::min(depth, k - p);
      for (int64_t w = 0; w < width; w += kColumns) {
        PackPanel(right.From(p, j + w), d, std::min(kColumns, width - w), scratch.panels() + w * d);
      }
      for (int64_t i = 0; i < m; i += kHeight) {
        MultiplyRows(scratch, left.From(i, p), std::min(kHeight, m - i), width, d,
                     {c + i * ldc + j, ldc, scale, accumulate || p > 0});
      }
    }
  }
}

}  // namespace millrace
