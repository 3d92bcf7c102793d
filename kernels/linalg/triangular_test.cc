// Expected values are TensorFlow 2.21's.
#include <cmath>
#include <complex>
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTriangular(Registry& r);

namespace {

struct TriangularTest : OpTest {
  TriangularTest() : OpTest({RegisterTriangular}) {}
};

TEST_F(TriangularTest, Solve) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {-0.2, 1.77, -0.67, 0.15, 0.15, -1.06, 0.44, 1.94, -1.02,
                                           0.9, -0.15, 1.77})},
           {{"lower", true}, {"adjoint", false}}),
      Tensor::Of<double>(
          {2, 3, 2},
          {-0.052770448548812667, 0.46701846965699206, -0.4466006013376696, 0.592240903233724,
           -0.06917347690134534, -0.3313912007092829, 0.2894736842105263, 1.2763157894736843,
           -0.34359483614697117, -0.06015037593984962, -0.4959726359924969, 4.9943191311612365}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"lower", true}, {"adjoint", false}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{1, 0},
                                                {-0.2630872483221477, 0.2120805369127517},
                                                {0, 0},
                                                {0.7475115009036748, -0.109072619397099}}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {-0.02, -0.89, -2.92, -0.97, -0.59, -0.52, -0.96, 0.38,
                                           -0.57, -0.11, 0.68, -0.86})},
           {{"lower", true}, {"adjoint", true}}),
      Tensor::Of<double>({2, 3, 2}, {-0.8989010435124534, -0.5648879911539998, -1.8079318936877078,
                                     -0.6611295681063123, -0.3010204081632653, -0.2653061224489796,
                                     -0.2746646490439936, -0.07173200296338328, 0.07038035339922137,
                                     -0.3129679544773885, 1.5111111111111113, -1.9111111111111112}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"lower", true}, {"adjoint", true}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.2185350514676525, 0.7670997596836904},
                                                {-0.07342834255589553, -0.4791197017022677},
                                                {-0.7697265519659134, -0.26452187044927467},
                                                {0.7281160670945472, -0.6854538590151555}}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {-0.52, -0.19, -0.42, 0.72, -0.69, 0.49, 0.85, 0.49,
                                           -0.83, 1.34, -0.68, 0.43})},
           {{"lower", false}, {"adjoint", false}}),
      Tensor::Of<double>({2, 3, 2}, {-0.0912491093264943, -0.1112321286126281, -0.3158222591362126,
                                     0.4694767441860465, -0.3520408163265306, 0.25,
                                     1.258805031446541, 0.06933844044072447, -0.2033542976939203,
                                     0.3483078766097634, -1.5111111111111113, 0.9555555555555556}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"lower", false}, {"adjoint", false}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.7475115009036748, -0.10907261939709895},
                                                {-7.45116123909501e-18, -1.490232247819002e-17},
                                                {-0.3791327328623052, -0.7202146594034842},
                                                {1, -5.551115123125783e-17}}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<double>({2, 3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96,
                                           1.52, -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
            Tensor::Of<double>({2, 3, 2}, {0.56, -0.48, -0.46, 0.86, -0.53, -1.68, -0.91, 0.09,
                                           0.13, 1.24, -0.72, 0.73})},
           {{"lower", false}, {"adjoint", true}}),
      Tensor::Of<double>({2, 3, 2}, {0.14775725593667546, -0.1266490765171504, -0.3052402282628705,
                                     0.5323986009695036, -0.3324539823906491, -0.7556099908208972,
                                     -0.5986842105263158, 0.05921052631578948, -0.1763548020995886,
                                     0.3551390268123138, -0.4096447880708059, 1.4669728566699767}),
      1e-11);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixTriangularSolve",
           {Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}}),
            Tensor::Of<std::complex<double>>(
                {2, 2}, {{2.98, 1.49}, {-1.1, 0.24}, {-1.19, -1.02}, {1.79, -0.71}})},
           {{"lower", false}, {"adjoint", true}}),
      Tensor::Of<std::complex<double>>({2, 2}, {{0.6000000000000001, 0.8},
                                                {-0.3275167785234899, -0.08322147651006713},
                                                {-0.34775362709670454, 0.14017043309422356},
                                                {0.5312730104042953, -0.7024309991026598}}),
      1e-11);
}

TEST_F(TriangularTest, SolveBroadcasts) {
  EXPECT_TENSOR_NEAR(Run1("MatrixTriangularSolve",
                          {Tensor::Of<float>({3, 3}, {3.79f, 0.44f, 0.1f, -1.86f, 1.72f, -0.35f,
                                                      -0.08f, -0.63f, 1.96f}),
                           Tensor::Of<float>({2, 3, 1}, {-0.14f, 1, -0.8f, 0.07f, -0.26f, -1.3f})}),
                     Tensor::Of<float>({2, 3, 1}, {-0.03693931f, 0.5414493f, -0.23563372f,
                                                   0.018469656f, -0.13118978f, -0.70467955f}));
}

TEST_F(TriangularTest, Factor) {
  EXPECT_TENSOR_NEAR(
      Run1("Cholesky", {Tensor::Of<double>(
                           {2, 3, 3}, {15.57, -6.33, -0.38, -6.33, 7.54, -1.62, -0.38, -1.62, 5.24,
                                       5.8, -3.48, 0.51, -3.48, 15.54, -2.37, 0.51, -2.37, 1.66})}),
      Tensor::Of<double>({2, 3, 3},
                         {3.945883931389772, 0, 0, -1.6042032938790787, 2.2285716932393074, 0,
                          -0.09630288336082936, -0.7962451502371066, 2.1439961323146735,
                          2.4083189157584592, 0, 0, -1.4449913494550755, 3.6676968249843114, 0,
                          0.21176597362703692, -0.5627509847433556, 1.139502743122708}),
      1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("Cholesky",
           {Tensor::Of<float>(
               {2, 3, 3}, {15.57f, -6.33f, -0.38f, -6.33f, 7.54f, -1.62f, -0.38f, -1.62f, 5.24f,
                           5.8f, -3.48f, 0.51f, -3.48f, 15.54f, -2.37f, 0.51f, -2.37f, 1.66f})}),
      Tensor::Of<float>({2, 3, 3}, {3.945884f, 0, 0, -1.6042032f, 2.2285717f, 0, -0.09630288f,
                                    -0.79624516f, 2.143996f, 2.408319f, 0, 0, -1.4449914f,
                                    3.6676967f, 0, 0.21176596f, -0.562751f, 1.1395028f}));
  EXPECT_TENSOR_NEAR(Run1("Cholesky", {Tensor::Of<std::complex<double>>(
                                          {2, 2}, {{4, 0}, {1, -1}, {1, 1}, {3, 0}})}),
                     Tensor::Of<std::complex<double>>(
                         {2, 2}, {{2, 0}, {0, 0}, {0.5, 0.5}, {1.5811388300841898, 0}}));
}

TEST_F(TriangularTest, Refuses) {
  // Not positive definite.
  const Tensor l = Run1("Cholesky", {Tensor::Of<float>({2, 2}, {1, 2, 2, 1})});
  for (int k : {0, 2, 3}) EXPECT_TRUE(std::isnan(l.data<float>()[k]));
  EXPECT_EQ(Code("Cholesky", {Tensor::Of<float>({2, 3}, {1, 2, 3, 2, 1, 3})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TENSOR_NEAR(Run1("MatrixTriangularSolve", {Tensor::Of<float>({2, 2}, {0, 0, 3, 4}),
                                                    Tensor::Of<float>({2, 1}, {1, 2})}),
                     Tensor::Of<float>({2, 1}, {std::numeric_limits<float>::infinity(),
                                                -std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(Code("MatrixTriangularSolve",
                 {Tensor::Of<float>({2, 2}, {1, 0, 3, 4}), Tensor::Of<float>({1, 3}, {1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
}
// Of the symmetric part, since the op reads one triangle only.
Outputs CholeskyOfSymmetric(GraphBuilder& b, const Outputs& in) {
  const Output transposed = b.Transpose(in[0], b.Ints({1, 0}));
  return {b.Op1("Cholesky", {b.Mul(b.Add(in[0], transposed), b.ScalarLike(in[0], 0.5))})};
}
MR_GRADIENT_EXAMPLE({.op = "Cholesky",
                     .inputs = {Tensor::Of<double>({2, 2}, {4, 1, 1, 3})},
                     .build = CholeskyOfSymmetric});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixTriangularSolve",
     .inputs = {Tensor::Of<double>({2, 3, 3},
                                   {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                    -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
                Tensor::Of<double>({2, 3, 2}, {0.48, 0.68, 0.64, 0.25, -1.4, 1.39, -1.37, 0.24,
                                               0.61, -0.84, 0.15, 1.17})},
     .attrs = {{"lower", true}, {"adjoint", false}}});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixTriangularSolve",
     .inputs = {Tensor::Of<double>({2, 3, 3},
                                   {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                    -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
                Tensor::Of<double>({2, 3, 2}, {-0.3, 2.16, 0.87, -1.29, -0.08, 0.56, 1.23, 0.15,
                                               -0.53, -0.73, 0.65, 0.31})},
     .attrs = {{"lower", true}, {"adjoint", true}}});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixTriangularSolve",
     .inputs = {Tensor::Of<double>({2, 3, 3},
                                   {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                    -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
                Tensor::Of<double>({2, 3, 2}, {-0.75, -1.74, 0.23, 0.29, -0.08, 0.28, -0.65, -0.74,
                                               -0.17, 1.91, 0.81, -0.52})},
     .attrs = {{"lower", false}, {"adjoint", false}}});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixTriangularSolve",
     .inputs = {Tensor::Of<double>({2, 3, 3},
                                   {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08, -0.63, 1.96, 1.52,
                                    -1.31, 0.88, 0.88, 3.71, 0.05, -0.4, -0.55, 0.45}),
                Tensor::Of<double>({2, 3, 2}, {0.43, -0.15, 0.84, 0.49, -0.86, 1.07, -1.22, 0.06, 0,
                                               0.42, -0.73, -0.03})},
     .attrs = {{"lower", false}, {"adjoint", true}}});
MR_GRADIENT_EXAMPLE({.op = "MatrixTriangularSolve",
                     .inputs = {
                         Tensor::Of<double>({3, 3}, {3.79, 0.44, 0.1, -1.86, 1.72, -0.35, -0.08,
                                                     -0.63, 1.96}),
                         Tensor::Of<double>({2, 3, 1}, {2.68, -0.07, -1.49, 1.41, -1.07, 0.37})}});

}  // namespace
}  // namespace millrace
