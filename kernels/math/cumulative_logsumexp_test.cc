// Expected values are TensorFlow 2.21's.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCumulativeLogsumexp(Registry& r);

namespace {

struct CumulativeLogsumexpTest : OpTest {
  CumulativeLogsumexpTest() : OpTest({RegisterCumulativeLogsumexp}) {}
};

TEST_F(CumulativeLogsumexpTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("CumulativeLogsumexp",
           {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}), Tensor::Scalar<int32_t>(1)},
           {{"exclusive", false}, {"reverse", false}}),
      Tensor::Of<float>({2, 3}, {1, 1.0485873f, 3.1328452f, 0.5f, 100, 100}));
  EXPECT_TENSOR_NEAR(
      Run1("CumulativeLogsumexp",
           {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}), Tensor::Scalar<int32_t>(1)},
           {{"exclusive", false}, {"reverse", true}}),
      Tensor::Of<float>({2, 3}, {3.1328452f, 3.0067153f, 3, 100, 100, -100}));
  EXPECT_TENSOR_NEAR(
      Run1("CumulativeLogsumexp",
           {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}), Tensor::Scalar<int32_t>(1)},
           {{"exclusive", true}, {"reverse", false}}),
      Tensor::Of<float>({2, 3}, {-std::numeric_limits<float>::infinity(), 1, 1.0485873f,
                                 -std::numeric_limits<float>::infinity(), 0.5f, 100}));
  EXPECT_TENSOR_NEAR(
      Run1("CumulativeLogsumexp",
           {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}), Tensor::Scalar<int32_t>(1)},
           {{"exclusive", true}, {"reverse", true}}),
      Tensor::Of<float>({2, 3}, {3.0067153f, 3, -std::numeric_limits<float>::infinity(), 100, -100,
                                 -std::numeric_limits<float>::infinity()}));
  EXPECT_TENSOR_NEAR(
      Run1("CumulativeLogsumexp",
           {Tensor::Of<double>({2, 3}, {1, -2, 3, 0.5, 100, -100}), Tensor::Scalar<int64_t>(0)}),
      Tensor::Of<double>({2, 3}, {1, -2, 3, 1.4740769841801067, 100, 3}), 1e-12);
}

TEST_F(CumulativeLogsumexpTest, Refuses) {
  EXPECT_EQ(Code("CumulativeLogsumexp", {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}),
                                         Tensor::Scalar<int32_t>(2)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("CumulativeLogsumexp", {Tensor::Of<float>({2, 3}, {1, -2, 3, 0.5f, 100, -100}),
                                         Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "CumulativeLogsumexp",
                     .inputs = {Tensor::Of<double>({2, 3}, {1, -2, 3, 0.5, 1, -1}),
                                Tensor::Scalar<int32_t>(1)}});
MR_GRADIENT_EXAMPLE({.op = "CumulativeLogsumexp",
                     .inputs = {Tensor::Of<double>({2, 3}, {1, -2, 3, 0.5, 1, -1}),
                                Tensor::Scalar<int32_t>(0)},
                     .attrs = {{"reverse", true}}});

}  // namespace
}  // namespace millrace
