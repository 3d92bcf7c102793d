#include "kernels/math/gemm_packed.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr float kOutside = 1e30f;

// A matrix stored with `ld` elements a row, the ones beyond its columns far from any result.
std::vector<float> Stored(int64_t rows, int64_t columns, int64_t ld, uint32_t seed) {
  std::vector<float> x(static_cast<size_t>(rows * ld), kOutside);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      seed = seed * 1664525u + 1013904223u;
      x[i * ld + j] = static_cast<float>(seed >> 8) / 8388608.0f - 1.0f;
    }
  }
  return x;
}

struct Case {
  bool ta, tb, accumulate;
  int64_t m, n, k, gap;
};

// The product by its definition, in double; what lies between the rows of C must stay.
void ExpectProduct(const Case& t) {
  const int64_t lda = (t.ta ? t.m : t.k) + t.gap, ldb = (t.tb ? t.k : t.n) + t.gap;
  const int64_t ldc = t.n + t.gap;
  const std::vector<float> a = Stored(t.ta ? t.k : t.m, t.ta ? t.m : t.k, lda, 1),
                           b = Stored(t.tb ? t.n : t.k, t.tb ? t.k : t.n, ldb, 2),
                           before = Stored(t.m, t.n, ldc, 3);
  std::vector<float> c = before;
  PackedGemm(t.ta, t.tb, t.m, t.n, t.k, 0.5f, a.data(), lda, b.data(), ldb, t.accumulate, c.data(),
             ldc);
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < ldc; ++j) {
      double want = j < t.n && !t.accumulate ? 0.0 : before[i * ldc + j];
      for (int64_t p = 0; j < t.n && p < t.k; ++p) {
        want += 0.5 * a[t.ta ? p * lda + i : i * lda + p] * b[t.tb ? j * ldb + p : p * ldb + j];
      }
      ASSERT_NEAR(c[i * ldc + j], want, 1e-6 * std::sqrt(t.k) * std::max(1.0, std::abs(want)))
          << i << "," << j << " of " << t.m << "x" << t.n << "x" << t.k << " " << t.ta << t.tb
          << t.accumulate;
    }
  }
}

// Sizes around every edge: tiles of 6 by 16, rows by 96, columns by 1,024, depths by 256.
TEST(PackedGemmTest, AgreesWithTheDefinition) {
  const int64_t sizes[][3] = {{1, 1, 1},    {5, 15, 7},    {6, 16, 8},    {7, 17, 9},
                              {96, 32, 40}, {103, 50, 31}, {13, 40, 257}, {20, 1030, 20},
                              {2, 16, 700}, {192, 16, 256}};
  for (const auto& [m, n, k] : sizes) {
    for (int bits = 0; bits < 8; ++bits) {
      ExpectProduct({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, m, n, k, bits % 3});
    }
  }
}

TEST(PackedGemmTest, NotANumberAndInfinityReachTheirRowsAlone) {
  std::vector<float> a(7 * 3, 1), b(3 * 17, 1), c(7 * 17, 0);
  a[2 * 3 + 1] = NAN;
  a[5 * 3] = INFINITY;
  PackedGemm(false, false, 7, 17, 3, 1.0f, a.data(), 3, b.data(), 17, false, c.data(), 17);
  for (int64_t i = 0; i < 7; ++i) {
    for (int64_t j = 0; j < 17; ++j) {
      EXPECT_EQ(std::isnan(c[i * 17 + j]), i == 2);
      EXPECT_EQ(std::isinf(c[i * 17 + j]), i == 5);
    }
  }
}

}  // namespace
}  // namespace millrace
