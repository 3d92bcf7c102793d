// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMatrixSolveLs(Registry& r);

namespace {

struct MatrixSolveLsTest : OpTest {
  MatrixSolveLsTest() : OpTest({RegisterMatrixSolveLs}) {}
};

TEST_F(MatrixSolveLsTest, Fast) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4, 2}, {0.31, 3.44, -0.92, -0.58, 0.6, 2.11, 1.13, -2.47, 0.37,
                                           0.04, -0.86, -1.3, 3.5, -0.78, -1.69, 1.27}),
            Tensor::Of<double>({2, 4, 3}, {0.26,  -0.15, 1.56, 0.98,  0.72,  1.93,  0.57,  -1.23,
                                           -0.72, -1.04, 0.42, -2.16, -3.66, 0.18,  -2.67, -3.9,
                                           0.75,  -1.42, 0.99, -1.06, -2.24, -2.49, -1.03, -0.55}),
            Tensor::Scalar<double>(0)}),
      Tensor::Of<double>({2, 2, 3}, {-0.646610025468069, -0.37114836926660005, -1.6250983309181917,
                                     0.18245526959061562, -0.19973159297372406, 0.3601953907928432,
                                     0.856304883443606, -0.31723343448429786, -0.32335633956106397,
                                     1.072012402865174, -0.673838677705019, 0.4031320869056599}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4, 2}, {0.31, 3.44, -0.92, -0.58, 0.6, 2.11, 1.13, -2.47, 0.37,
                                           0.04, -0.86, -1.3, 3.5, -0.78, -1.69, 1.27}),
            Tensor::Of<double>({2, 4, 3}, {0.26,  -0.15, 1.56, 0.98,  0.72,  1.93,  0.57,  -1.23,
                                           -0.72, -1.04, 0.42, -2.16, -3.66, 0.18,  -2.67, -3.9,
                                           0.75,  -1.42, 0.99, -1.06, -2.24, -2.49, -1.03, -0.55}),
            Tensor::Scalar<double>(0.7)}),
      Tensor::Of<double>({2, 2, 3}, {-0.5084541082584362, -0.29205593681698805, -1.2779439005914013,
                                     0.176560782679783, -0.19401549802896337, 0.34832079572020236,
                                     0.7677432781352646, -0.27290461396286436, -0.32355112647717693,
                                     0.8374660109040655, -0.5356106619198298, 0.3417993795730859}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4}, {-1.65, -0.56, -3.07, 0.03, -3.59, -0.39, 1.39, 2.18}),
            Tensor::Of<double>({2, 2}, {3.43, -3.11, 1.52, 2.41}), Tensor::Scalar<double>(0)}),
      Tensor::Of<double>({4, 2}, {-0.6233584085786905, -0.08489093392758962, -0.16950725192106994,
                                  0.0946308517391947, -0.7501543273463626, 1.044487440849929,
                                  0.11869266053427863, 0.31665598009029233}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4}, {-1.65, -0.56, -3.07, 0.03, -3.59, -0.39, 1.39, 2.18}),
            Tensor::Of<double>({2, 2}, {3.43, -3.11, 1.52, 2.41}), Tensor::Scalar<double>(0.7)}),
      Tensor::Of<double>({4, 2}, {-0.5985769194627647, -0.08681513929072193, -0.16142377041975953,
                                  0.08852942227943707, -0.7072330079760257, 0.9878354103906123,
                                  0.11740682653944104, 0.30278286493236645}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({3, 3}, {1.96, -1.86, 0.82, 3.72, -2.99, 0.95, 2.22, -1.39, 1.17}),
            Tensor::Of<double>({3, 1}, {-2.14, -1.62, -1.63}), Tensor::Scalar<double>(0)}),
      Tensor::Of<double>({3, 1}, {1.6847366633670382, 1.8947737306445085, -2.338786245366624}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({3, 3}, {1.96, -1.86, 0.82, 3.72, -2.99, 0.95, 2.22, -1.39, 1.17}),
            Tensor::Of<double>({3, 1}, {-2.14, -1.62, -1.63}), Tensor::Scalar<double>(0.7)}),
      Tensor::Of<double>({3, 1}, {-0.15657671070835033, 0.3349213272907706, -0.5440383317926513}),
      1e-9, 1e-9);
}

TEST_F(MatrixSolveLsTest, Slow) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4, 2}, {0.31, 3.44, -0.92, -0.58, 0.6, 2.11, 1.13, -2.47, 0.37,
                                           0.04, -0.86, -1.3, 3.5, -0.78, -1.69, 1.27}),
            Tensor::Of<double>({2, 4, 3}, {0.26,  -0.15, 1.56, 0.98,  0.72,  1.93,  0.57,  -1.23,
                                           -0.72, -1.04, 0.42, -2.16, -3.66, 0.18,  -2.67, -3.9,
                                           0.75,  -1.42, 0.99, -1.06, -2.24, -2.49, -1.03, -0.55}),
            Tensor::Scalar<double>(0)},
           {{"fast", false}}),
      Tensor::Of<double>({2, 2, 3}, {-0.6466100254680692, -0.37114836926660016, -1.625098330918192,
                                     0.18245526959061562, -0.19973159297372406, 0.3601953907928432,
                                     0.8563048834436059, -0.31723343448429786, -0.3233563395610641,
                                     1.0720124028651739, -0.673838677705019, 0.40313208690565994}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({2, 4}, {-1.65, -0.56, -3.07, 0.03, -3.59, -0.39, 1.39, 2.18}),
            Tensor::Of<double>({2, 2}, {3.43, -3.11, 1.52, 2.41}), Tensor::Scalar<double>(0)},
           {{"fast", false}}),
      Tensor::Of<double>({4, 2}, {-0.6233584085786905, -0.08489093392758947, -0.16950725192106997,
                                  0.09463085173919476, -0.7501543273463629, 1.0444874408499298,
                                  0.11869266053427863, 0.3166559800902925}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({3, 3}, {1.96, -1.86, 0.82, 3.72, -2.99, 0.95, 2.22, -1.39, 1.17}),
            Tensor::Of<double>({3, 1}, {-2.14, -1.62, -1.63}), Tensor::Scalar<double>(0)},
           {{"fast", false}}),
      Tensor::Of<double>({3, 1}, {1.6847366633669847, 1.8947737306444545, -2.3387862453665957}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<double>({3, 2}, {1, 2, 2, 4, 3, 6}),
            Tensor::Of<double>({3, 1}, {0.95, -1.15, -1.18}), Tensor::Scalar<double>(0)},
           {{"fast", false}}),
      Tensor::Of<double>({2, 1}, {-0.06985714285714287, -0.1397142857142857}), 1e-9, 1e-9);
}

TEST_F(MatrixSolveLsTest, Types) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<float>({3, 2}, {0.38f, -0.18f, 1.91f, -1.88f, -0.26f, 1.92f}),
            Tensor::Of<float>({3, 1}, {1.12f, -2.65f, 1.33f}), Tensor::Scalar<double>(0.5)}),
      Tensor::Of<float>({2, 1}, {-0.49213874f, 0.6819753f}), 1e-4, 1e-5);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<std::complex<double>>({3, 2}, {{-0.96, -2.74},
                                                      {0.77, 1.46},
                                                      {0.6, -0.52},
                                                      {2.44, 2.28},
                                                      {0.23, 0.55},
                                                      {-3.71, -1.5}}),
            Tensor::Of<std::complex<double>>({3, 1}, {{2.16, 4.13}, {-1.61, -3.82}, {-4.11, 1.27}}),
            Tensor::Scalar<double>(0.5)}),
      Tensor::Of<std::complex<double>>({2, 1}, {{-1.7421640065503665, -0.4272713951731175},
                                                {-0.00474667992227442, -0.918205313672072}}),
      1e-9, 1e-9);
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs",
           {Tensor::Of<std::complex<double>>({2, 3}, {{1.88, -0.72},
                                                      {0.29, 1.58},
                                                      {-3.37, 0.6},
                                                      {2.03, 1.62},
                                                      {-2.88, -0.89},
                                                      {-2.69, -0.34}}),
            Tensor::Of<std::complex<double>>({2, 1}, {{-2.27, 1.19}, {-0.63, -0.6}}),
            Tensor::Scalar<double>(0.5)}),
      Tensor::Of<std::complex<double>>({3, 1}, {{-0.19065912833419377, -0.03958122965471189},
                                                {-0.17436222490604944, 0.35967175551940817},
                                                {0.40113265431593526, -0.2965369230155528}}),
      1e-9, 1e-9);
}

TEST_F(MatrixSolveLsTest, Empty) {
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs", {Tensor::Of<double>({0, 2}, {}), Tensor::Of<double>({0, 1}, {}),
                             Tensor::Scalar<double>(0)}),
      Tensor::Of<double>({2, 1}, {0, 0}));
  EXPECT_TENSOR_NEAR(
      Run1("MatrixSolveLs", {Tensor::Of<double>({3, 2}, {0, 0, 0, 0, 0, 0}),
                             Tensor::Of<double>({3, 0}, {}), Tensor::Scalar<double>(0)}),
      Tensor::Of<double>({2, 0}, {}));
}

TEST_F(MatrixSolveLsTest, Refuses) {
  EXPECT_EQ(Code("MatrixSolveLs",
                 {Tensor::Of<double>({3, 2}, {1, 2, 2, 4, 3, 6}),
                  Tensor::Of<double>({3, 1}, {0.08, -0.39, 1.18}), Tensor::Scalar<double>(0)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("MatrixSolveLs", {Tensor::Of<double>({3, 2}, {0.36, 3.48, -0.44, -0.45, -2.08, 0.05}),
                             Tensor::Of<double>({2, 1}, {1.37, -1.48}), Tensor::Scalar<double>(0)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixSolveLs",
                 {Tensor::Of<double>({3, 2}, {-0.1, 1.44, -0.25, -1.04, 1.95, 0.19}),
                  Tensor::Of<double>({3, 1}, {0.79, 2.34, 2.29}), Tensor::Scalar<double>(-1)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("MatrixSolveLs",
                 {Tensor::Of<double>({3, 2}, {-0.69, -1.05, 0.57, -0.27, -3.8, 2.55}),
                  Tensor::Of<double>({3, 1}, {0.04, 1.47, -2.35}), Tensor::Vector<double>({0.1})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE(
    {.op = "MatrixSolveLs",
     .inputs = {Tensor::Of<double>({2, 4, 2}, {2.58, -1.18, -0.22, -2.8, -0.33, -0.46, -0.37, 0.88,
                                               0.12, 1.95, -0.94, -1.99, -0.04, 1.26, 2.49, 1.63}),
                Tensor::Of<double>({2, 4, 3},
                                   {-3.53, 0.75, 2.92,  0.13,  -1.03, 0.62,  -1.01, 1.28,
                                    -0.03, 2.79, 1,     -1.45, 1.21,  1.87,  -1.14, -0.85,
                                    -4.61, 1.81, -1.18, -4.24, -3.54, -0.45, 1.52,  -0.18}),
                Tensor::Scalar<double>(0.3)},
     .wrt = {0, 1}});
MR_GRADIENT_EXAMPLE(
    {.op = "MatrixSolveLs",
     .inputs = {Tensor::Of<double>({2, 4}, {0.94, -2.2, -2.68, 1.77, 0.98, -0.06, 2.56, -1.9}),
                Tensor::Of<double>({2, 2}, {-0.84, 2.05, 3.68, 0.02}), Tensor::Scalar<double>(0.3)},
     .wrt = {0, 1}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSolveLs",
                     .inputs = {Tensor::Of<std::complex<double>>({3, 2}, {{3.36, 1.87},
                                                                          {-1.21, -0.3},
                                                                          {0.66, -0.14},
                                                                          {-0.35, 2.79},
                                                                          {-3.18, -2.5},
                                                                          {0.52, -3}}),
                                Tensor::Of<std::complex<double>>(
                                    {3, 1}, {{-1.31, 0.62}, {-2.39, -1.73}, {2.69, -1.23}}),
                                Tensor::Scalar<double>(0.3)},
                     .wrt = {0, 1}});
MR_GRADIENT_EXAMPLE({.op = "MatrixSolveLs",
                     .inputs = {Tensor::Of<std::complex<double>>({2, 3}, {{5.72, -1.82},
                                                                          {-1.22, -2.32},
                                                                          {-1.52, 1.19},
                                                                          {0.61, -0.11},
                                                                          {1.28, -3.28},
                                                                          {0.44, 2.34}}),
                                Tensor::Of<std::complex<double>>({2, 1},
                                                                 {{1.55, -0.52}, {-0.48, 0.46}}),
                                Tensor::Scalar<double>(0.3)},
                     .wrt = {0, 1}});

}  // namespace
}  // namespace millrace
