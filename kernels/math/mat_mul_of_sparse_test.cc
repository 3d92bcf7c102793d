// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMatMulOfSparse(Registry& r);

namespace {

struct MatMulOfSparseTest : OpTest {
  MatMulOfSparseTest() : OpTest({RegisterMatMulOfSparse}) {}
  const Tensor a_ = Tensor::Of<float>({2, 3}, {0, 2, 0, 1, 0, -3});
};

TEST_F(MatMulOfSparseTest, MultipliesInFloat) {
  const Tensor b = Tensor::Of<bfloat16>({3, 1}, {bfloat16(1.0f), bfloat16(0.5f), bfloat16(2.0f)});
  EXPECT_TENSOR_EQ(Run1("SparseMatMul", {a_, b}, {{"a_is_sparse", true}}),
                   Tensor::Of<float>({2, 1}, {1, -5}));
  EXPECT_TENSOR_EQ(Run1("SparseMatMul", {a_, a_}, {{"transpose_b", true}}),
                   Tensor::Of<float>({2, 2}, {4, 0, 0, 10}));
}

TEST_F(MatMulOfSparseTest, Refuses) {
  EXPECT_EQ(Code("SparseMatMul", {a_, a_}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseMatMul", {Tensor::Vector<float>({1}), a_}),
            absl::StatusCode::kInvalidArgument);
}

const Tensor kA = Tensor::Of<float>({2, 3}, {0, 2, 0, 1, 0, -3});
const Tensor kB = Tensor::Of<float>({3, 2}, {1, 2, 0, 4, -5, 6});
const Tensor kAT = Tensor::Of<float>({3, 2}, {0, 1, 2, 0, 0, -3});
const Tensor kBT = Tensor::Of<float>({2, 3}, {1, 0, -5, 2, 4, 6});
MR_GRADIENT_EXAMPLE({.op = "SparseMatMul", .inputs = {kA, kB}});
MR_GRADIENT_EXAMPLE({.op = "SparseMatMul", .inputs = {kAT, kB}, .attrs = {{"transpose_a", true}}});
MR_GRADIENT_EXAMPLE({.op = "SparseMatMul", .inputs = {kA, kBT}, .attrs = {{"transpose_b", true}}});
MR_GRADIENT_EXAMPLE({.op = "SparseMatMul",
                     .inputs = {kAT, kBT},
                     .attrs = {{"transpose_a", true}, {"transpose_b", true}}});

}  // namespace
}  // namespace millrace
