#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBatchMatMul(Registry& r);

namespace {

struct BatchMatMulTest : OpTest {
  BatchMatMulTest() : OpTest({RegisterBatchMatMul}) {}
};

TEST_F(BatchMatMulTest, Values) {
  const Tensor x = Tensor::Of<float>({2, 1, 2}, {1, 2, 3, 4}),
               y = Tensor::Of<float>({2, 2, 1}, {5, 6, 7, 8});
  for (const char* op : {"BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"}) {
    const AttrMap attrs =
        std::string(op) == "BatchMatMulV3" ? AttrMap{{"Tout", DType::kFloat}} : AttrMap{};
    EXPECT_TENSOR_EQ(Run1(op, {x, y}, attrs), Tensor::Of<float>({2, 1, 1}, {17, 53})) << op;
  }
  const AttrMap both = {{"adj_x", true}, {"adj_y", true}};
  EXPECT_TENSOR_EQ(
      Run1("BatchMatMulV2",
           {Tensor::Of<float>({1, 2, 1}, {1, 2}), Tensor::Of<float>({1, 2}, {3, 4})}, both),
      Tensor::Of<float>({1, 1, 1}, {11}));
  using C = std::complex<float>;
  EXPECT_TENSOR_EQ(
      Run1("BatchMatMul", {Tensor::Of<C>({1, 1}, {C(1, 2)}), Tensor::Of<C>({1, 1}, {C(3, -1)})},
           {{"adj_x", true}}),
      Tensor::Of<C>({1, 1}, {C(1, -7)}));
}

TEST_F(BatchMatMulTest, Broadcasts) {
  const Tensor x = Tensor::Of<double>({2, 1, 1, 1}, {1, 2}),
               y = Tensor::Of<double>({3, 1, 1}, {3, 4, 5});
  EXPECT_TENSOR_EQ(Run1("BatchMatMulV2", {x, y}),
                   Tensor::Of<double>({2, 3, 1, 1}, {3, 4, 5, 6, 8, 10}));
  EXPECT_EQ(Code("BatchMatMul", {x, y}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("BatchMatMulV2", {Tensor::Scalar(1.0), y}), absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "BatchMatMul",
                     .inputs = {Tensor::Of<double>({2, 1, 2}, {1, 2, 3, 4}),
                                Tensor::Of<double>({2, 1, 2}, {5, 6, 7, 8})},
                     .attrs = {{"adj_y", true}}});
MR_GRADIENT_EXAMPLE({.op = "BatchMatMulV2",
                     .inputs = {Tensor::Of<double>({2, 2, 1}, {1, 2, 3, 4}),
                                Tensor::Of<double>({2, 3}, {5, 6, 7, 8, 9, 1})},
                     .attrs = {{"adj_x", true}}});
MR_GRADIENT_EXAMPLE({.op = "BatchMatMulV3",
                     .inputs = {Tensor::Of<double>({2, 1, 2}, {1, 2, 3, 4}),
                                Tensor::Of<double>({1, 2, 1}, {5, 6})},
                     .attrs = {{"Tout", DType::kDouble}}});

}  // namespace
}  // namespace millrace
