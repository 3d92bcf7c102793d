#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterEinsum(Registry& r);

namespace {

struct EinsumTest : OpTest {
  EinsumTest() : OpTest({RegisterEinsum}) {}

  Tensor Einsum(const char* equation, std::vector<OpInput> inputs) {
    const int64_t n = static_cast<int64_t>(inputs.size());
    return Run1("Einsum", std::move(inputs), {{"equation", equation}, {"N", n}});
  }
};

TEST_F(EinsumTest, Values) {
  const Tensor m = Tensor::Of<float>({2, 2}, {1, 2, 3, 4}), v = Tensor::Vector<float>({10, 20});
  EXPECT_TENSOR_EQ(Einsum("ij,jk->ik", {m, m}), Tensor::Of<float>({2, 2}, {7, 10, 15, 22}));
  EXPECT_TENSOR_EQ(Einsum("ij, j -> i", {m, v}), Tensor::Vector<float>({50, 110}));
  EXPECT_TENSOR_EQ(Einsum("ij->ji", {m}), Tensor::Of<float>({2, 2}, {1, 3, 2, 4}));
  EXPECT_TENSOR_EQ(Einsum("ii->i", {m}), Tensor::Vector<float>({1, 4}));
  EXPECT_TENSOR_EQ(Einsum("ii->", {m}), Tensor::Scalar(5.0f));
  EXPECT_TENSOR_EQ(Einsum("i->ii", {v}), Tensor::Of<float>({2, 2}, {10, 0, 0, 20}));
  EXPECT_TENSOR_EQ(Einsum("i,j->ij", {v, v}), Tensor::Of<float>({2, 2}, {100, 200, 200, 400}));
  EXPECT_TENSOR_EQ(Einsum("ij,k->k", {m, v}), Tensor::Vector<float>({100, 200}));
  EXPECT_TENSOR_EQ(Einsum("...ij,jk->...ik", {Tensor::Of<float>({2, 1, 2}, {1, 2, 3, 4}), m}),
                   Tensor::Of<float>({2, 1, 2}, {7, 10, 15, 22}));
  EXPECT_TENSOR_EQ(
      Einsum("...i,...i->...", {Tensor::Of<float>({2, 1}, {1, 2}), Tensor::Of<float>({1, 1}, {3})}),
      Tensor::Vector<float>({3, 6}));
}

TEST_F(EinsumTest, RefusesWrongEquations) {
  const Tensor m = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  for (const char* equation : {"ij,jk->ik", "ij", "ijk->i", "ij->k", "i1->i", "......->"}) {
    EXPECT_EQ(Code("Einsum", {m}, {{"equation", equation}, {"N", 1}}),
              absl::StatusCode::kInvalidArgument)
        << equation;
  }
  EXPECT_EQ(
      Code("Einsum", {m, Tensor::Vector<float>({1, 2, 3})}, {{"equation", "ij,j->i"}, {"N", 2}}),
      absl::StatusCode::kInvalidArgument);
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 2, 3, 4, 5, 6}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Einsum",
                     .inputs = {X(), Tensor::Of<double>({3, 2}, {1, -2, 3, 4, 5, 6})},
                     .attrs = {{"equation", "ij,jk->ki"}, {"N", 2}}});
MR_GRADIENT_EXAMPLE({.op = "Einsum",
                     .inputs = {X(), Tensor::Vector<double>({1, 2, 3})},
                     .attrs = {{"equation", "ij,k->k"}, {"N", 2}}});

}  // namespace
}  // namespace millrace
