// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include <algorithm>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSampleDistortedBoundingBox(Registry& r);

namespace {

struct SampleDistortedBoundingBoxTest : OpTest {
  SampleDistortedBoundingBoxTest() : OpTest({RegisterSampleDistortedBoundingBox}) {}
};

TEST_F(SampleDistortedBoundingBoxTest, IsWithinTheLimits) {
  for (int64_t seed = 1; seed < 40; ++seed) {
    const auto out = Run("StatelessSampleDistortedBoundingBox",
                         {Tensor::Vector<int32_t>({60, 90, 3}),
                          Tensor::Of<float>({1, 1, 4}, {0.3f, 0.3f, 0.7f, 0.7f}),
                          Tensor::Scalar<float>(0.5f), Tensor::Vector<int64_t>({seed, 2})},
                         {{"area_range", std::vector<float>{0.2f, 0.6f}},
                          {"aspect_ratio_range", std::vector<float>{0.5f, 2}},
                          {"max_attempts", int64_t{1000}}});
    ASSERT_TRUE(out.ok()) << out.status();
    const int32_t *begin = (*out)[0].data<int32_t>(), *size = (*out)[1].data<int32_t>();
    EXPECT_TRUE(begin[0] >= 0 && begin[1] >= 0 && begin[2] == 0 && size[2] == -1);
    EXPECT_TRUE(begin[0] + size[0] <= 60 && begin[1] + size[1] <= 90);
    EXPECT_GE(size[0] * size[1], 0.2 * 60 * 90);
    EXPECT_LE(size[0] * size[1], 0.6 * 60 * 90);
    const auto shared = [](int from, int length, int low, int high) {
      return std::max(0, std::min(from + length, high) - std::max(from, low));
    };
    EXPECT_GE(shared(begin[0], size[0], 18, 42) * shared(begin[1], size[1], 27, 63), 24 * 36 / 2);
  }
}

TEST_F(SampleDistortedBoundingBoxTest, WithoutSuccessItIsTheWholeImage) {
  const auto out = Run("SampleDistortedBoundingBoxV2",
                       {Tensor::Vector<uint8_t>({200, 200, 3}),
                        Tensor::Of<float>({1, 1, 4}, {0, 0, 1, 1}), Tensor::Scalar<float>(1)},
                       {{"area_range", std::vector<float>{0.1f, 0.2f}}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_TENSOR_EQ((*out)[2], Tensor::Of<float>({1, 1, 4}, {0, 0, 1, 1}));
}

TEST_F(SampleDistortedBoundingBoxTest, Refuses) {
  const Tensor size = Tensor::Vector<int32_t>({9, 9, 3});
  EXPECT_EQ(Code("SampleDistortedBoundingBox",
                 {size, Tensor::Of<float>({1, 0, 4}, std::vector<float>{})}),
            absl::StatusCode::kInvalidArgument);
  const Tensor box = Tensor::Of<float>({1, 1, 4}, {0, 0, 1, 1});
  EXPECT_EQ(Code("SampleDistortedBoundingBox", {Tensor::Vector<int32_t>({-1, 9, 3}), box}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SampleDistortedBoundingBox", {size, Tensor::Of<float>({1, 1, 4}, {0, 0, 2, 1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SampleDistortedBoundingBox", {size, box},
                 {{"area_range", std::vector<float>{0.5f, 1.5f}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
