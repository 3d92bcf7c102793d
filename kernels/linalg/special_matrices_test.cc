// Eig, MatrixLogarithm, MatrixSquareRoot, and the ops on banded matrices. Expected values are
// TensorFlow 2.21's.
#include <cmath>

#include "gtest/gtest.h"
#include "kernels/linalg/register_linalg.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {
namespace {

using absl::StatusCode;
using complex128 = std::complex<double>;

const AttrMap kWide = {{"Tout", DType::kComplex128}};

Tensor D(const Shape& shape, std::initializer_list<double> v) {
  return Tensor::Of<double>(shape, v);
}
Tensor Example() { return D({2, 2}, {4, 1, 2, 3}); }
Tensor Diagonals() { return D({3, 3}, {1, 2, 0, 4, 5, 6, 0, 1, 2}); }
Tensor Right() { return D({3, 1}, {1, 2, 3}); }

MR_GRADIENT_EXAMPLE({.op = "Eig", .inputs = {Example()}, .attrs = kWide, .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "Eig",
                     .inputs = {Example()},
                     .attrs = {{"Tout", DType::kComplex128}, {"compute_v", false}},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSquareRoot", .inputs = {Example()}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSquareRoot",
                     .inputs = {D({2, 2, 2}, {4, 1, 2, 3, 9, 1, -1, 5})}});
MR_GRADIENT_EXAMPLE({.op = "TridiagonalSolve", .inputs = {Diagonals(), Right()}});
MR_GRADIENT_EXAMPLE({.op = "TridiagonalMatMul",
                     .inputs = {D({1, 3}, {1, 2, 0}), D({1, 3}, {4, 5, 6}), D({1, 3}, {0, 1, 2}),
                                D({3, 2}, {1, 2, 3, 4, 5, 6})}});
MR_GRADIENT_EXAMPLE({.op = "BandedTriangularSolve",
                     .inputs = {D({2, 3}, {2, 3, 4, 0, 1, 1}), Right()}});
MR_GRADIENT_EXAMPLE({.op = "BandedTriangularSolve",
                     .inputs = {D({2, 3}, {1, 1, 0, 2, 3, 4}), D({2, 3, 1}, {1, 2, 3, 4, 5, 6})},
                     .attrs = {{"lower", false}, {"adjoint", true}}});

struct SpecialMatricesTest : OpTest {
  SpecialMatricesTest() : OpTest({RegisterLinalgKernels}) {}
};

TEST_F(SpecialMatricesTest, EigenvaluesAndVectors) {
  EXPECT_OUTPUTS_NEAR(Run("Eig", {Example()}, kWide),
                      {Tensor::Vector<complex128>({5, 2}),
                       Tensor::Of<complex128>(
                           {2, 2}, {M_SQRT1_2, -1 / std::sqrt(5), M_SQRT1_2, 2 / std::sqrt(5)})});
  const auto rotation = Run("Eig", {D({2, 2}, {0, -1, 1, 0})}, kWide);
  ASSERT_TRUE(rotation.ok()) << rotation.status();
  EXPECT_TENSOR_NEAR((*rotation)[0], Tensor::Vector<complex128>({{0, 1}, {0, -1}}));
  EXPECT_EQ(Code("Eig", {D({2, 1}, {1, 2})}, kWide), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Eig", {D({1, 1}, {NAN})}, kWide), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Eig", {Example()}, {{"Tout", DType::kComplex64}}), StatusCode::kInvalidArgument);
}

TEST_F(SpecialMatricesTest, Functions) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSquareRoot", {Example()}),
      D({2, 2}, {1.962116505790891, 0.273951471708898, 0.5479029434177962, 1.6881650340819927}));
  EXPECT_TENSOR_NEAR(Run1("MatrixSquareRoot", {D({1, 1}, {-1})}), D({1, 1}, {NAN}));
  EXPECT_TENSOR_NEAR(Run1("MatrixLogarithm", {Tensor::Of<complex128>({2, 2}, {4, 1, 2, 3})}),
                     Tensor::Of<complex128>({2, 2}, {1.3040076684760482, 0.30543024395805174,
                                                     0.6108604879161034, 0.9985774245179967}));
}

TEST_F(SpecialMatricesTest, Tridiagonal) {
  EXPECT_TENSOR_NEAR(Run1("TridiagonalSolve", {Diagonals(), Right()}),
                     D({3, 1}, {0.20408163265306123, 0.1836734693877551, 0.4387755102040816}));
  // A zero on the diagonal needs another row.
  const Tensor zero = D({3, 2}, {1, 0, 0, 1, 0, 1}), right = D({2, 1}, {3, 5});
  EXPECT_TENSOR_NEAR(Run1("TridiagonalSolve", {zero, right}), D({2, 1}, {2, 3}));
  EXPECT_TENSOR_NEAR(Run1("TridiagonalSolve", {zero, right}, {{"partial_pivoting", false}}),
                     D({2, 1}, {NAN, NAN}));
  EXPECT_TENSOR_NEAR(Run1("TridiagonalMatMul", {D({1, 3}, {1, 2, 0}), D({1, 3}, {4, 5, 6}),
                                                D({1, 3}, {0, 1, 2}), Right()}),
                     D({3, 1}, {6, 17, 22}));
  EXPECT_EQ(Code("TridiagonalSolve", {zero, Right()}), StatusCode::kInvalidArgument);
}

TEST_F(SpecialMatricesTest, Banded) {
  EXPECT_TENSOR_NEAR(Run1("BandedTriangularSolve", {D({2, 3}, {2, 3, 4, 0, 1, 1}), Right()}),
                     D({3, 1}, {0.5, 0.5, 0.625}));
  EXPECT_TENSOR_NEAR(Run1("BandedTriangularSolve", {D({2, 3}, {1, 1, 0, 2, 3, 4}), Right()},
                          {{"lower", false}, {"adjoint", true}}),
                     D({3, 1}, {0.5, 0.5, 0.625}));
  EXPECT_EQ(Code("BandedTriangularSolve", {D({1, 3}, {1, 0, 1}), Right()}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
