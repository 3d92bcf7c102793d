// Expected values are TensorFlow 2.21's.
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterHistogramFixedWidth(Registry& r);

namespace {

struct HistogramFixedWidthTest : OpTest {
  HistogramFixedWidthTest() : OpTest({RegisterHistogramFixedWidth}) {}
};

TEST_F(HistogramFixedWidthTest, Values) {
  EXPECT_TENSOR_EQ(
      Run1("HistogramFixedWidth", {Tensor::Vector<float>({-1, 0, 1.5f, 2, 5, 15}),
                                   Tensor::Vector<float>({0, 5}), Tensor::Scalar<int32_t>(5)}),
      Tensor::Vector<int32_t>({2, 1, 1, 0, 2}));
  EXPECT_TENSOR_EQ(Run1("HistogramFixedWidth",
                        {Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 9}), Tensor::Vector<int32_t>({0, 4}),
                         Tensor::Scalar<int32_t>(2)},
                        {{"dtype", DType::kInt64}}),
                   Tensor::Vector<int64_t>({1, 3}));
  EXPECT_TENSOR_EQ(
      Run1("HistogramFixedWidth", {Tensor::Of<double>({0}, {}), Tensor::Vector<double>({0, 1}),
                                   Tensor::Scalar<int32_t>(3)}),
      Tensor::Vector<int32_t>({0, 0, 0}));
}

TEST_F(HistogramFixedWidthTest, Refuses) {
  EXPECT_EQ(Code("HistogramFixedWidth", {Tensor::Vector<float>({1}), Tensor::Vector<float>({5, 5}),
                                         Tensor::Scalar<int32_t>(5)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("HistogramFixedWidth", {Tensor::Vector<float>({1}), Tensor::Vector<float>({0, 5}),
                                         Tensor::Scalar<int32_t>(0)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("HistogramFixedWidth", {Tensor::Vector<float>({1}), Tensor::Vector<float>({0, 5, 6}),
                                   Tensor::Scalar<int32_t>(3)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("HistogramFixedWidth",
                 {Tensor::Vector<float>({1, std::numeric_limits<float>::quiet_NaN()}),
                  Tensor::Vector<float>({0, 5}), Tensor::Scalar<int32_t>(3)}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
