#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMatMul(Registry& r);

namespace {

struct MatMulTest : OpTest {
  MatMulTest() : OpTest({RegisterMatMul}) {}
};

// The definition, in double.
Tensor Product(const Tensor& a, const Tensor& b, bool ta, bool tb) {
  const int64_t m = a.dim(ta ? 1 : 0), k = a.dim(ta ? 0 : 1), n = b.dim(tb ? 0 : 1);
  Tensor c = *Tensor::Create(DType::kFloat, Shape({m, n}));
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t p = 0; p < k; ++p) {
        sum += static_cast<double>(a.data<float>()[ta ? p * m + i : i * k + p]) *
               b.data<float>()[tb ? j * k + p : p * n + j];
      }
      c.mutable_data<float>()[i * n + j] = static_cast<float>(sum);
    }
  }
  return c;
}

Tensor Numbers(int64_t rows, int64_t columns, uint32_t seed) {
  Tensor t = *Tensor::Create(DType::kFloat, Shape({rows, columns}));
  for (int64_t i = 0; i < rows * columns; ++i) {
    seed = seed * 1664525u + 1013904223u;
    t.mutable_data<float>()[i] = static_cast<float>(seed >> 8) / 8388608.0f - 1.0f;
  }
  return t;
}

TEST_F(MatMulTest, AgreesWithTheDefinition) {
  const int64_t sizes[][3] = {{1, 1, 1},      {2, 3, 4},     {7, 9, 5},     {33, 65, 17},
                              {128, 300, 64}, {3, 700, 900}, {540, 560, 3}, {256, 256, 40}};
  for (const auto& [m, n, k] : sizes) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        const Tensor a = ta ? Numbers(k, m, 1) : Numbers(m, k, 1),
                     b = tb ? Numbers(n, k, 2) : Numbers(k, n, 2);
        EXPECT_TENSOR_NEAR(Run1("MatMul", {a, b}, {{"transpose_a", ta}, {"transpose_b", tb}}),
                           Product(a, b, ta, tb), 1e-4, 1e-4)
            << m << " " << n << " " << k << " " << ta << tb;
      }
    }
  }
}

TEST_F(MatMulTest, LargeProductsAreCutOnBothSides) {
  const Tensor a = Numbers(610, 900, 1), b = Numbers(900, 621, 2);
  EXPECT_TENSOR_NEAR(Run1("MatMul", {a, b}), Product(a, b, false, false), 1e-4, 1e-4);
}

TEST_F(MatMulTest, OtherTypes) {
  EXPECT_TENSOR_EQ(Run1("MatMul", {Tensor::Of<int32_t>({1, 2}, {1, 2}),
                                   Tensor::Of<int32_t>({2, 2}, {3, 4, 5, 6})}),
                   Tensor::Of<int32_t>({1, 2}, {13, 16}));
  EXPECT_TENSOR_EQ(
      Run1("MatMul", {Tensor::Of<double>({2, 1}, {1, 2}), Tensor::Of<double>({2, 2}, {3, 4, 5, 6})},
           {{"transpose_a", true}, {"transpose_b", true}}),
      Tensor::Of<double>({1, 2}, {11, 17}));
  using C = std::complex<float>;
  EXPECT_TENSOR_EQ(
      Run1("MatMul", {Tensor::Of<C>({1, 1}, {C(1, 2)}), Tensor::Of<C>({1, 1}, {C(3, -1)})}),
      Tensor::Of<C>({1, 1}, {C(5, 5)}));
  EXPECT_TENSOR_EQ(Run1("MatMul", {Tensor::Of<half>({1, 1}, {half(3.0f)}),
                                   Tensor::Of<half>({1, 1}, {half(0.5f)})}),
                   Tensor::Of<half>({1, 1}, {half(1.5f)}));
}

TEST_F(MatMulTest, EmptyAndWrongShapes) {
  EXPECT_TENSOR_EQ(Run1("MatMul", {Tensor::Of<float>({2, 0}, {}), Tensor::Of<float>({0, 1}, {})}),
                   Tensor::Of<float>({2, 1}, {0, 0}));
  EXPECT_EQ(Code("MatMul", {Numbers(2, 3, 1), Numbers(2, 3, 1)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatMul", {Tensor::Vector<float>({1}), Numbers(1, 3, 1)}),
            absl::StatusCode::kInvalidArgument);
}

constexpr auto kA = {1.0, 2.0, -3.0, 0.5, 1.5, -0.25};
MR_GRADIENT_EXAMPLE({.op = "MatMul",
                     .inputs = {Tensor::Of<double>({2, 3}, kA), Tensor::Of<double>({3, 2}, kA)}});
MR_GRADIENT_EXAMPLE({.op = "MatMul",
                     .inputs = {Tensor::Of<double>({3, 2}, kA), Tensor::Of<double>({3, 2}, kA)},
                     .attrs = {{"transpose_a", true}}});
MR_GRADIENT_EXAMPLE({.op = "MatMul",
                     .inputs = {Tensor::Of<double>({2, 3}, kA), Tensor::Of<double>({2, 3}, kA)},
                     .attrs = {{"transpose_b", true}}});
MR_GRADIENT_EXAMPLE({.op = "MatMul",
                     .inputs = {Tensor::Of<double>({3, 2}, kA), Tensor::Of<double>({2, 3}, kA)},
                     .attrs = {{"transpose_a", true}, {"transpose_b", true}}});

}  // namespace
}  // namespace millrace
