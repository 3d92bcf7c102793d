#include "micro/kernels/x86/dots.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/x86/dots_vnni.h"

namespace millrace::micro::x86 {
namespace {

struct Case {
  int vectors;
  int32_t rows, depth, stride;
  std::vector<int16_t> x;
  std::vector<int8_t> weights;  // not a byte more than the rows have, so that sanitizers watch
  std::vector<int32_t> expected;
};

Case RandomCase(int vectors, int32_t rows, int32_t depth, int32_t stride) {
  Case c = {vectors, rows, depth, stride, {}, {}, {}};
  std::mt19937 random(static_cast<uint32_t>(rows * 1000 + depth));
  c.x.resize(static_cast<size_t>(vectors * Padded(depth)));
  for (int v = 0; v < vectors; ++v) {
    for (int32_t d = 0; d < depth; ++d) {
      c.x[v * Padded(depth) + d] = static_cast<int16_t>(static_cast<int>(random() % 511) - 255);
    }
  }
  for (int32_t i = 0; i < (rows - 1) * stride + depth; ++i) {
    c.weights.push_back(static_cast<int8_t>(random()));
  }
  for (int v = 0; v < vectors; ++v) {
    for (int32_t r = 0; r < rows; ++r) {
      int32_t sum = 0;
      for (int32_t d = 0; d < depth; ++d) {
        sum += c.x[v * Padded(depth) + d] * c.weights[r * stride + d];
      }
      c.expected.push_back(sum);
    }
  }
  return c;
}

template <typename Function>
void ExpectProducts(const Function& dots) {
  for (int vectors = 1; vectors <= kMaxVectors; ++vectors) {
    for (int32_t rows : {1, 3, 4, 7, 8, 13}) {
      for (int32_t depth : {1, 15, 16, 17, 31, 32, 33, 64, 100}) {
        for (int32_t stride : {depth, depth + 5}) {
          const Case c = RandomCase(vectors, rows, depth, stride);
          std::vector<int32_t> sums(c.expected.size());
          const int8_t* weights = c.weights.data();
          dots({c.x.data(), vectors, Padded(depth)},
               {weights, weights + c.weights.size(), rows, depth, stride}, sums.data(), rows);
          ASSERT_EQ(sums, c.expected) << vectors << " vectors, " << rows << " x " << depth;
        }
      }
    }
  }
}

TEST(Dots, AreSumsOfProducts) { ExpectProducts(Dots); }

TEST(Dots, OfVnniToo) {
  if (!HasVnni()) GTEST_SKIP() << "this processor has no AVX-512 VNNI";
  ExpectProducts(DotsVnni);
}

}  // namespace
}  // namespace millrace::micro::x86
