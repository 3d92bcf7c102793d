#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCompare(Registry& r);

namespace {

struct CompareTest : OpTest {
  CompareTest() : OpTest({RegisterCompare}) {}
};

TEST_F(CompareTest, Values) {
  const Tensor x = Tensor::Vector<float>({1, 2, 3}), y = Tensor::Scalar(2.0f);
  EXPECT_TENSOR_EQ(Run1("Less", {x, y}), Tensor::Vector<bool>({true, false, false}));
  EXPECT_TENSOR_EQ(Run1("LessEqual", {x, y}), Tensor::Vector<bool>({true, true, false}));
  EXPECT_TENSOR_EQ(Run1("Greater", {x, y}), Tensor::Vector<bool>({false, false, true}));
  EXPECT_TENSOR_EQ(Run1("GreaterEqual", {x, y}), Tensor::Vector<bool>({false, true, true}));
  EXPECT_TENSOR_EQ(Run1("Equal", {x, y}), Tensor::Vector<bool>({false, true, false}));
  EXPECT_TENSOR_EQ(Run1("NotEqual", {x, y}), Tensor::Vector<bool>({true, false, true}));
  EXPECT_TENSOR_EQ(Run1("Equal", {Tensor::Vector<std::string>({"a", "b"}), Tensor::Scalar("b")}),
                   Tensor::Vector<bool>({false, true}));
  EXPECT_TENSOR_EQ(Run1("Less", {Tensor::Scalar(half(1.0f)), Tensor::Scalar(half(2.0f))}),
                   Tensor::Scalar(true));
  EXPECT_TENSOR_EQ(
      Run1("ApproximateEqual", {x, Tensor::Vector<float>({1.05f, 2.2f, 3})}, {{"tolerance", 0.1f}}),
      Tensor::Vector<bool>({true, false, true}));
}

TEST_F(CompareTest, ShapesThatDoNotBroadcast) {
  const Tensor x = Tensor::Vector<float>({1, 2, 3}), y = Tensor::Vector<float>({1, 2});
  EXPECT_EQ(Code("Equal", {x, y}), absl::StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("Equal", {x, y}, {{"incompatible_shape_error", false}}),
                   Tensor::Scalar(false));
  EXPECT_TENSOR_EQ(Run1("NotEqual", {x, y}, {{"incompatible_shape_error", false}}),
                   Tensor::Scalar(true));
}

}  // namespace
}  // namespace millrace
