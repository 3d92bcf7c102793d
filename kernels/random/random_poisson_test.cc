// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRandomPoisson(Registry& r);

namespace {

struct RandomPoissonTest : OpTest {
  RandomPoissonTest() : OpTest({RegisterRandomPoisson}) {}
};

TEST_F(RandomPoissonTest, Stream) {
  EXPECT_TENSOR_EQ(Run1("RandomPoissonV2",
                        {Tensor::Vector<int32_t>({6}), Tensor::Vector<double>({0.3, 4, 50, 1000})},
                        {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
                   Tensor::Of<int64_t>({6, 4}, {0, 3, 51, 1017, 0, 1, 45, 996,  0, 3, 54, 1020,
                                                1, 3, 51, 951,  0, 2, 56, 1006, 0, 2, 45, 981}));
  EXPECT_TENSOR_EQ(
      Run1("RandomPoissonV2", {Tensor::Vector<int32_t>({2, 2}), Tensor::Scalar<int32_t>(20)},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}, {"dtype", DType::kInt32}}),
      Tensor::Of<int32_t>({2, 2}, {21, 16, 18, 24}));
  EXPECT_TENSOR_NEAR(
      Run1("RandomPoissonV2", {Tensor::Vector<int32_t>({3}), Tensor::Vector<float>({0.3f, 4, 12})},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}, {"dtype", DType::kHalf}}),
      Tensor::Of<half>({3, 3}, {half(0), half(4), half(12), half(0), half(6), half(7), half(0),
                                half(5), half(7)}));
}

TEST_F(RandomPoissonTest, Stateless) {
  EXPECT_TENSOR_EQ(Run1("StatelessRandomPoisson",
                        {Tensor::Vector<int32_t>({4, 3}), Tensor::Vector<int32_t>({3, 4}),
                         Tensor::Vector<float>({0.3f, 4, 50})},
                        {{"dtype", DType::kInt64}}),
                   Tensor::Of<int64_t>({4, 3}, {1, 1, 45, 0, 8, 56, 0, 7, 39, 0, 5, 52}));
}

TEST_F(RandomPoissonTest, Refuses) {
  EXPECT_EQ(Code("RandomPoissonV2", {Tensor::Vector<int32_t>({-1}), Tensor::Scalar<float>(1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StatelessRandomPoisson",
                 {Tensor::Vector<int32_t>({4}), Tensor::Vector<int32_t>({3, 4}),
                  Tensor::Vector<float>({0.3f, 4, 50})},
                 {{"dtype", DType::kInt64}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
