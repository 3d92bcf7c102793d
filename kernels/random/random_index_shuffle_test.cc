// Values are held against TensorFlow's in tests/conformance; here properties and bad input.
#include <algorithm>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRandomIndexShuffle(Registry& r);

namespace {

struct RandomIndexShuffleTest : OpTest {
  RandomIndexShuffleTest() : OpTest({RegisterRandomIndexShuffle}) {}
};

TEST_F(RandomIndexShuffleTest, PermutesTheWholeRange) {
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 1000; ++i) all.push_back(i);
  const Tensor out = Run1("RandomIndexShuffle",
                          {Tensor::Vector<int64_t>(all), Tensor::Vector<int32_t>({5, -7, 11}),
                           Tensor::Scalar<int64_t>(999)});
  std::vector<int64_t> got(out.flat<int64_t>().begin(), out.flat<int64_t>().end());
  EXPECT_NE(got, all);
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, all);
}

TEST_F(RandomIndexShuffleTest, EachMayHaveItsOwnSeed) {
  const Tensor out =
      Run1("RandomIndexShuffle",
           {Tensor::Scalar<uint32_t>(3), Tensor::Of<int32_t>({3, 3}, {1, 2, 3, 4, 5, 6, 1, 2, 3}),
            Tensor::Scalar<uint32_t>(1000000)});
  ASSERT_EQ(out.shape(), Shape({3}));
  EXPECT_EQ(out.data<uint32_t>()[0], out.data<uint32_t>()[2]);
  EXPECT_NE(out.data<uint32_t>()[0], out.data<uint32_t>()[1]);
}

TEST_F(RandomIndexShuffleTest, Refuses) {
  const Tensor seed = Tensor::Vector<int32_t>({1, 2, 3}), most = Tensor::Scalar<int32_t>(9);
  EXPECT_EQ(Code("RandomIndexShuffle", {Tensor::Scalar<int32_t>(10), seed, most}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomIndexShuffle", {Tensor::Scalar<int32_t>(-1), seed, most}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomIndexShuffle",
                 {Tensor::Scalar<int32_t>(1), Tensor::Vector<int32_t>({1, 2}), most}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomIndexShuffle", {Tensor::Scalar<int32_t>(1), seed, most},
                 {{"rounds", int64_t{3}}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
