// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSvd(Registry& r);

namespace {

using Complex = std::complex<double>;

Complex At(const Tensor& t, int64_t i) {
  return t.dtype() == DType::kDouble ? Complex(t.data<double>()[i]) : t.data<Complex>()[i];
}

// Element (i, j) of matrix k of a batch.
Complex At(const Tensor& t, int64_t k, int64_t i, int64_t j) {
  const int64_t m = t.dim(t.rank() - 2), n = t.dim(t.rank() - 1);
  return At(t, (k * m + i) * n + j);
}

struct SvdTest : OpTest {
  SvdTest() : OpTest({RegisterSvd}) {}

  // The singular values, in the matrix's own type, are TensorFlow's; the vectors, of which the
  // signs are free, are orthonormal and give the matrix again.
  void Check(const Tensor& a, const Tensor& values) {
    for (const bool full : {false, true}) {
      const auto svd = Run("Svd", {a}, {{"full_matrices", full}});
      ASSERT_TRUE(svd.ok()) << svd.status();
      const Tensor &s = (*svd)[0], &u = (*svd)[1], &v = (*svd)[2];
      EXPECT_TENSOR_NEAR(s, values, 1e-9, 1e-9);
      for (const Tensor* side : {&u, &v}) ExpectOrthonormal(*side);
      const int64_t p = s.dim(s.rank() - 1), m = a.dim(a.rank() - 2), n = a.dim(a.rank() - 1);
      EXPECT_EQ(u.dim(u.rank() - 1), full ? m : p);
      EXPECT_EQ(v.dim(v.rank() - 1), full ? n : p);
      for (int64_t at = 0; at < a.num_elements(); ++at) {
        const int64_t k = at / (m * n), i = at / n % m, j = at % n;
        Complex sum = 0;
        for (int64_t c = 0; c < p; ++c)
          sum += At(u, k, i, c) * At(s, k * p + c) * std::conj(At(v, k, j, c));
        EXPECT_NEAR(std::abs(sum - At(a, at)), 0, 1e-9);
      }
    }
    EXPECT_TENSOR_NEAR((*Run("Svd", {a}, {{"compute_uv", false}}))[0], values, 1e-9, 1e-9);
  }
  static void ExpectOrthonormal(const Tensor& t) {
    const int64_t m = t.dim(t.rank() - 2), n = t.dim(t.rank() - 1);
    for (int64_t k = 0; k < t.num_elements() / (m * n); ++k) {
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          Complex dot = 0;
          for (int64_t row = 0; row < m; ++row)
            dot += std::conj(At(t, k, row, i)) * At(t, k, row, j);
          EXPECT_NEAR(std::abs(dot - Complex(i == j ? 1 : 0)), 0, 1e-9);
        }
      }
    }
  }
};

TEST_F(SvdTest, Values) {
  Check(Tensor::Of<double>({2, 3, 3}, {3.38, -0.93, 0.07, 0.82, -1.58, 0, -0, -3.51, 2.04, 1.2,
                                       -1.25, -0.34, 1.01, -0.52, -0.49, -2.91, 1.11, 0.25}),
        Tensor::Of<double>({2, 3}, {4.590055140044317, 3.2346908299350856, 0.6425488666915709,
                                    3.7182344443371798, 0.6933981500799471, 0.32454833601532557}));
  Check(Tensor::Of<double>({4, 2}, {0.55, -3.05, 3.3, 0.31, -0.77, 4.06, -0.09, -2.9}),
        Tensor::Vector<double>({5.901692006666206, 3.3549562528373142}));
  Check(Tensor::Of<double>({2, 3}, {-0.81, -4.58, 2.1, -0.83, -1.49, 2.14}),
        Tensor::Vector<double>({5.650294104347479, 1.2669950806440027}));
  Check(Tensor::Of<std::complex<double>>({3, 2}, {{-3.3, 3.53},
                                                  {1.07, -0.66},
                                                  {-4.13, 1.68},
                                                  {-1.32, -0.36},
                                                  {-2.41, 1.14},
                                                  {2.92, -1.51}}),
        Tensor::Vector<std::complex<double>>({{7.277130930992298, 0}, {3.411783318617287, 0}}));
  Check(Tensor::Of<std::complex<double>>({2, 2, 3}, {{-3.42, -2.87},
                                                     {-3.61, 1},
                                                     {0.77, -0.19},
                                                     {4.5, 2.39},
                                                     {0.54, -0.74},
                                                     {-1.05, -3.81},
                                                     {3.82, -0.2},
                                                     {0.47, 3.4},
                                                     {0.2, -0.77},
                                                     {0.51, -1.78},
                                                     {-0.26, -2.39},
                                                     {-0.62, -2.1}}),
        Tensor::Of<std::complex<double>>({2, 2}, {{8.006813924481525, 0},
                                                  {3.592385110024914, 0},
                                                  {5.625603803007849, 0},
                                                  {3.0661672902148744, 0}}));
  Check(Tensor::Of<double>({4, 3}, {1, 2, 3, 2, 4, 6, 3, 6, 9, -1, -2, -3}),
        Tensor::Vector<double>({14.491376746189438, 4.647584864054573e-16, 5.546678239835239e-32}));
  Check(Tensor::Of<double>({2, 2}, {0, 0, 0, 0}), Tensor::Vector<double>({0, 0}));
  Check(Tensor::Of<double>(
            {12, 9},
            {-0.6,  -2.36, 3,     -0.57, 0.22,  2.88,  3.01,  -0.43, 0.66,  1.47,  -0.39, -3.56,
             1.31,  1.79,  0.83,  -1.85, -0.39, -1.18, -0.6,  2.59,  3.06,  1.34,  1.1,   1.35,
             -0.02, -0.15, -1.35, -0.11, 4.52,  1.74,  -0.68, -0.94, -1.73, 0.75,  0.78,  -2.89,
             0.97,  -1.14, 2.85,  0.31,  3.44,  -0.92, -0.58, 0.6,   2.11,  1.13,  -2.47, 0.37,
             0.04,  -0.86, -1.3,  3.5,   -0.78, -1.69, 1.27,  0.26,  -0.15, 1.56,  0.98,  0.72,
             1.93,  0.57,  -1.23, -0.72, -1.04, 0.42,  -2.16, -3.66, 0.18,  -2.67, -3.9,  0.75,
             -1.42, 0.99,  -1.06, -2.24, -2.49, -1.03, -0.55, -1.65, -0.56, -3.07, 0.03,  -3.59,
             -0.39, 1.39,  2.18,  3.43,  -3.11, 1.52,  2.41,  1.96,  -1.86, 0.82,  3.72,  -2.99,
             0.95,  2.22,  -1.39, 1.17,  -2.14, -1.62, -1.63, 0.38,  -0.18, 1.91,  -1.88, -0.26}),
        Tensor::Vector<double>({10.321309596950305, 8.772017241059759, 7.9766887144319005,
                                6.879396909299676, 6.053076909786506, 4.190626486086874,
                                3.233095271366699, 1.7077535055224868, 0.8880312791694942}));
}

TEST_F(SvdTest, Types) {
  EXPECT_TENSOR_NEAR((*Run("Svd", {Tensor::Of<float>({2, 2}, {3, 0, 0, 4})}))[0],
                     Tensor::Vector<float>({4, 3}));
}

TEST_F(SvdTest, Empty) {
  EXPECT_OUTPUTS_NEAR(
      Run("Svd", {Tensor::Of<double>({2, 0, 3}, {})}, {{"full_matrices", true}}),
      std::vector<Tensor>(
          {Tensor::Of<double>({2, 0}, {}), Tensor::Of<double>({2, 0, 0}, {}),
           Tensor::Of<double>({2, 3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("Svd", {Tensor::Of<double>({0, 2}, {})}),
      std::vector<Tensor>({Tensor::Vector<double>({}), Tensor::Of<double>({0, 0}, {}),
                           Tensor::Of<double>({2, 0}, {})}));
}

TEST_F(SvdTest, Refuses) {
  EXPECT_EQ(Code("Svd", {Tensor::Vector<double>({1.92, 1.12, -2.65})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<double>(
                         {2, 3, 3}, {1.33, -0.96, 0.77, 0.6, 2.44, 0.23, -3.71, -2.74, 1.46, -0.52,
                                     2.28, 0.55, -1.5, 2.16, -1.61, -4.11, 4.13, -3.82})}});
MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<double>({4, 2}, {1.27, 1.88, 0.29, -3.37, 2.03, -2.88,
                                                            -2.69, -0.72})}});
MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<double>({2, 4}, {1.58, 0.6, 1.62, -0.89, -0.34, -2.27,
                                                            -0.63, 1.19})}});
MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<double>({3, 2},
                                                   {-0.6, 0.95, -1.15, -1.18, 0.08, -0.39})},
                     .attrs = {{"full_matrices", true}}});
MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<double>({3, 2},
                                                   {1.18, 0.36, 3.48, -0.44, -0.45, -2.08})},
                     .attrs = {{"compute_uv", false}},
                     .outputs = {0}});
// U V^H, in which the free phases cancel.
Outputs Polar(GraphBuilder& b, const Outputs& in) {
  const Outputs svd = b.Op("Svd", {in[0]});
  if (!b.ok()) return {};
  return {b.Op1("BatchMatMulV2", {svd[1], svd[2]}, {{"adj_y", true}})};
}
MR_GRADIENT_EXAMPLE({.op = "Svd",
                     .inputs = {Tensor::Of<std::complex<double>>(
                         {2, 2}, {{0.05, 1.44}, {1.37, -0.25}, {-1.48, -1.04}, {-0.1, 1.95}})},
                     .build = Polar});

}  // namespace
}  // namespace millrace
