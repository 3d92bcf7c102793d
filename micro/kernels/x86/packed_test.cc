#include "micro/kernels/x86/packed.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/x86/packed_vnni.h"

namespace millrace::micro::x86 {
namespace {

// Vectors of `parts` parts that overlap: a part begins kBetween behind the one before it.
template <typename Function>
void ExpectProducts(const Function& multiply, int count, int32_t rows, int32_t depth,
                    int32_t parts) {
  constexpr int32_t kBetween = 7, kMaxParts = 3;
  std::mt19937 random(1);
  const int32_t stride = depth / 2 + 3;
  std::vector<int16_t> x(static_cast<size_t>((count - 1) * stride + parts * kBetween + depth + 1));
  for (int16_t& value : x) value = static_cast<int16_t>(static_cast<int>(random() % 511) - 255);
  std::vector<int8_t> weights;  // not a byte more than the rows have
  for (int32_t i = 0; i < rows * parts * depth; ++i) {
    weights.push_back(static_cast<int8_t>(random()));
  }
  const int8_t *w = weights.data(), *end = w + weights.size();
  alignas(64) int16_t panel[kMaxParts * PanelSize(100)];
  int32_t offsets[kMaxParts];
  for (int32_t i = 0; i < parts; ++i) {
    offsets[i] = i * kBetween;
    PackPanel({w + i * depth, end, rows, depth, parts * depth}, panel + i * PartSize(depth));
  }
  int32_t sums[kHalfPanelVectors * kPanelRows];
  multiply(Windows{x.data(), count, stride, depth, offsets, parts}, panel, rows, sums);
  for (int v = 0; v < count; ++v) {
    for (int32_t r = 0; r < rows; ++r) {
      int32_t expected = 0;
      for (int32_t i = 0; i < parts; ++i) {
        for (int32_t d = 0; d < depth; ++d) {
          expected += x[v * stride + offsets[i] + d] * weights[(r * parts + i) * depth + d];
        }
      }
      ASSERT_EQ(sums[v * kPanelRows + r], expected)
          << rows << " x " << parts << " x " << depth << ", " << count;
    }
  }
}

template <typename Function>
void ExpectProducts(const Function& multiply) {
  for (int32_t rows : {1, 5, 8, 9, 15, 16}) {
    for (int count = 1; count <= PanelVectors(rows); ++count) {
      for (int32_t depth : {1, 2, 15, 16, 17, 31, 33, 100}) {
        for (int32_t parts : {1, 3}) ExpectProducts(multiply, count, rows, depth, parts);
      }
    }
  }
}

TEST(Packed, AreSumsOfProducts) { ExpectProducts(MultiplyPanel); }

TEST(Packed, OfVnniToo) {
  if (!HasVnni()) GTEST_SKIP() << "this processor has no AVX-512 VNNI";
  ExpectProducts(MultiplyPanelVnni);
}

}  // namespace
}  // namespace millrace::micro::x86
