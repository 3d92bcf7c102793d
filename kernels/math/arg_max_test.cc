#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterArgMax(Registry& r);

namespace {

struct ArgMaxTest : OpTest {
  ArgMaxTest() : OpTest({RegisterArgMax}) {}
};

TEST_F(ArgMaxTest, Values) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 5, 5, 4, 2, 0});
  EXPECT_TENSOR_EQ(Run1("ArgMax", {x, Tensor::Scalar<int32_t>(1)}),
                   Tensor::Vector<int64_t>({1, 0}));
  EXPECT_TENSOR_EQ(
      Run1("ArgMin", {x, Tensor::Scalar<int32_t>(-2)}, {{"output_type", DType::kInt32}}),
      Tensor::Vector<int32_t>({0, 1, 1}));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const char* op : {"ArgMax", "ArgMin"}) {
    EXPECT_TENSOR_EQ(
        Run1(op, {Tensor::Vector<float>({nan, 3, nan, 3}), Tensor::Scalar<int32_t>(0)}),
        Tensor::Scalar<int64_t>(1));
  }
  EXPECT_EQ(Code("ArgMax", {x, Tensor::Scalar<int32_t>(2)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ArgMax", {Tensor::Of<float>({2, 0}, {}), Tensor::Scalar<int32_t>(1)}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
