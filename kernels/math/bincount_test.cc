// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBincount(Registry& r);

namespace {

struct BincountTest : OpTest {
  BincountTest() : OpTest({RegisterBincount}) {}
};

TEST_F(BincountTest, Counts) {
  EXPECT_TENSOR_NEAR(Run1("Bincount", {Tensor::Vector<int32_t>({1, 2, 2, 7, 0}),
                                       Tensor::Scalar<int32_t>(4), Tensor::Of<float>({0}, {})}),
                     Tensor::Vector<float>({1, 1, 2, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("Bincount", {Tensor::Of<int32_t>({2, 2}, {1, 2, 2, 1}), Tensor::Scalar<int32_t>(3),
                        Tensor::Of<float>({2, 2}, {0.5f, 1, 2, 3})}),
      Tensor::Vector<float>({0, 3.5f, 3}));
  EXPECT_TENSOR_EQ(Run1("Bincount", {Tensor::Vector<int32_t>({1}), Tensor::Scalar<int32_t>(0),
                                     Tensor::Of<int64_t>({0}, {})}),
                   Tensor::Of<int64_t>({0}, {}));
}

TEST_F(BincountTest, CountsRows) {
  EXPECT_TENSOR_EQ(
      Run1("DenseBincount", {Tensor::Of<int64_t>({2, 3}, {1, 2, 2, 0, 5, 1}),
                             Tensor::Scalar<int64_t>(3), Tensor::Of<int32_t>({0}, {})}),
      Tensor::Of<int32_t>({2, 3}, {0, 1, 2, 1, 1, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("DenseBincount", {Tensor::Vector<int32_t>({1, 2, 2}), Tensor::Scalar<int32_t>(3),
                             Tensor::Vector<double>({1, 2, 3})}),
      Tensor::Vector<double>({0, 1, 5}));
  EXPECT_TENSOR_NEAR(Run1("DenseBincount",
                          {Tensor::Of<int32_t>({2, 3}, {1, 2, 2, 0, 0, 0}),
                           Tensor::Scalar<int32_t>(4), Tensor::Of<float>({0}, {})},
                          {{"binary_output", true}}),
                     Tensor::Of<float>({2, 4}, {0, 1, 1, 0, 1, 0, 0, 0}));
}

TEST_F(BincountTest, Refuses) {
  EXPECT_EQ(Code("Bincount", {Tensor::Vector<int32_t>({1, -1}), Tensor::Scalar<int32_t>(3),
                              Tensor::Of<float>({0}, {})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Bincount", {Tensor::Vector<int32_t>({1}), Tensor::Scalar<int32_t>(-3),
                              Tensor::Of<float>({0}, {})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Bincount", {Tensor::Vector<int32_t>({1, 2}), Tensor::Scalar<int32_t>(3),
                              Tensor::Vector<float>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DenseBincount", {Tensor::Of<int32_t>({1, 1, 1}, {1}), Tensor::Scalar<int32_t>(3),
                                   Tensor::Of<float>({0}, {})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("DenseBincount", {Tensor::Of<int32_t>({1, 1}, {-1}), Tensor::Scalar<int32_t>(3),
                                   Tensor::Of<float>({0}, {})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
