#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterFloorDiv(Registry& r);

namespace {

struct FloorDivTest : OpTest {
  FloorDivTest() : OpTest({RegisterFloorDiv}) {}
};

TEST_F(FloorDivTest, Integers) {
  const Tensor x = Tensor::Vector<int32_t>({7, -7, 7, -7, 6}),
               y = Tensor::Vector<int32_t>({3, 3, -3, -3, -3});
  EXPECT_TENSOR_EQ(Run1("FloorDiv", {x, y}), Tensor::Vector<int32_t>({2, -3, -3, 2, -2}));
  EXPECT_TENSOR_EQ(Run1("TruncateDiv", {x, y}), Tensor::Vector<int32_t>({2, -2, -2, 2, -2}));
  EXPECT_TENSOR_EQ(Run1("FloorMod", {x, y}), Tensor::Vector<int32_t>({1, 2, -2, -1, 0}));
  EXPECT_TENSOR_EQ(Run1("TruncateMod", {x, y}), Tensor::Vector<int32_t>({1, -1, 1, -1, 0}));
  EXPECT_TENSOR_EQ(Run1("Mod", {x, y}), Tensor::Vector<int32_t>({1, -1, 1, -1, 0}));
  const int32_t least = std::numeric_limits<int32_t>::min();
  EXPECT_TENSOR_EQ(Run1("FloorDiv", {Tensor::Scalar(least), Tensor::Scalar<int32_t>(-1)}),
                   Tensor::Scalar(least));
  EXPECT_TENSOR_EQ(Run1("FloorMod", {Tensor::Scalar(least), Tensor::Scalar<int32_t>(-1)}),
                   Tensor::Scalar<int32_t>(0));
  for (const char* op : {"FloorMod", "FloorDiv", "Mod"})
    EXPECT_EQ(Code(op, {x, Tensor::Scalar<int32_t>(0)}), absl::StatusCode::kInvalidArgument) << op;
  for (const char* op : {"TruncateDiv", "TruncateMod"})
    EXPECT_EQ(Code(op, {x, Tensor::Scalar<int32_t>(0)}), absl::StatusCode::kInternal) << op;
}

TEST_F(FloorDivTest, Floats) {
  const Tensor x = Tensor::Vector<float>({7.5f, -7.5f}), y = Tensor::Scalar(2.0f);
  EXPECT_TENSOR_EQ(Run1("FloorDiv", {x, y}), Tensor::Vector<float>({3, -4}));
  EXPECT_TENSOR_EQ(Run1("FloorMod", {x, y}), Tensor::Vector<float>({1.5f, 0.5f}));
  EXPECT_TENSOR_EQ(Run1("TruncateMod", {x, y}), Tensor::Vector<float>({1.5f, -1.5f}));
}

MR_GRADIENT_EXAMPLE({.op = "FloorMod",
                     .inputs = {Tensor::Vector<double>({7.5, -7.5}), Tensor::Scalar(2.2)}});

}  // namespace
}  // namespace millrace
