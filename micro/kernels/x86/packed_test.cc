#include "micro/kernels/x86/packed.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "micro/kernels/x86/packed_vnni.h"

namespace millrace::micro::x86 {
namespace {

template <typename Function>
void ExpectProducts(const Function& multiply) {
  std::mt19937 random(1);
  for (int count = 1; count <= kPanelVectors; ++count) {
    for (int32_t rows : {1, 5, 8, 15, 16}) {
      for (int32_t depth : {1, 2, 15, 16, 17, 31, 33, 100}) {
        const int32_t stride = Padded(depth);
        std::vector<int16_t> x(static_cast<size_t>(count * stride));
        for (int v = 0; v < count; ++v) {
          for (int32_t d = 0; d < depth; ++d) {
            x[v * stride + d] = static_cast<int16_t>(static_cast<int>(random() % 511) - 255);
          }
        }
        std::vector<int8_t> weights;  // not a byte more than the rows have
        for (int32_t i = 0; i < rows * depth; ++i) weights.push_back(static_cast<int8_t>(random()));
        alignas(64) int16_t panel[PanelSize(100)];
        const int8_t* w = weights.data();
        PackPanel({w, w + weights.size(), rows, depth, depth}, panel);
        int32_t sums[kPanelVectors * kPanelRows];
        multiply(Vectors{x.data(), count, stride}, panel, depth, sums);
        for (int v = 0; v < count; ++v) {
          for (int32_t r = 0; r < kPanelRows; ++r) {
            int32_t expected = 0;
            for (int32_t d = 0; r < rows && d < depth; ++d) {
              expected += x[v * stride + d] * weights[r * depth + d];
            }
            ASSERT_EQ(sums[v * kPanelRows + r], expected) << rows << " x " << depth;
          }
        }
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
