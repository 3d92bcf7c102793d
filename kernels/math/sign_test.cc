#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSign(Registry& r);

namespace {

struct SignTest : OpTest {
  SignTest() : OpTest({RegisterSign}) {}
};

TEST_F(SignTest, Values) {
  EXPECT_TENSOR_EQ(Run1("Neg", {Tensor::Vector<float>({1, -2})}), Tensor::Vector<float>({-1, 2}));
  EXPECT_TENSOR_EQ(Run1("Abs", {Tensor::Vector<int64_t>({1, -2, 0})}),
                   Tensor::Vector<int64_t>({1, 2, 0}));
  EXPECT_TENSOR_EQ(Run1("Sign", {Tensor::Vector<float>({3, -2, 0})}),
                   Tensor::Vector<float>({1, -1, 0}));
  const int8_t least = -128;
  EXPECT_TENSOR_EQ(Run1("Neg", {Tensor::Scalar(least)}), Tensor::Scalar(least));
}

TEST_F(SignTest, BorrowedMemoryIsNotWritten) {
  float values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const Tensor x = *Tensor::Borrow(DType::kFloat, Shape({8}), values, sizeof(values), [] {});
  Run1("Neg", {x});
  EXPECT_EQ(values[0], 1.0f);
}

MR_GRADIENT_EXAMPLE({.op = "Neg", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Abs", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});
MR_GRADIENT_EXAMPLE({.op = "Sign", .inputs = {Tensor::Vector<double>({0.3, -1.5})}});

}  // namespace
}  // namespace millrace
