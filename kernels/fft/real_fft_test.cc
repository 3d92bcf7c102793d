// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRealFft(Registry& r);

namespace {

struct RealFftTest : OpTest {
  RealFftTest() : OpTest({RegisterRealFft}) {}
};

TEST_F(RealFftTest, RFFT) {
  EXPECT_TENSOR_NEAR(
      Run1("RFFT",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({5})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>({1, 3, 3}, {{6.75, 0},
                                                   {0.9930339887498951, 0.6786030682931432},
                                                   {-1.2430339887498951, -0.5663460741482469},
                                                   {3, 0},
                                                   {0.4747967345311055, -0.2592033072180147},
                                                   {-2.5997967345311057, 1.4827132715151783},
                                                   {-5.5, 0},
                                                   {0.8819660112501051, 0.5877852522924731},
                                                   {3.118033988749895, -0.9510565162951535}}),
      1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("RFFT",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({4})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>({1, 3, 3}, {{4.75, 0},
                                                   {0.75, -0.5},
                                                   {-1.25, 0},
                                                   {1.25, 0},
                                                   {-1, -1.75},
                                                   {-0.25, 0},
                                                   {-3.5, 0},
                                                   {2, 1.5},
                                                   {1.5, 0}}),
      1e-12);
}

TEST_F(RealFftTest, IRFFT) {
  EXPECT_TENSOR_NEAR(
      Run1("IRFFT",
           {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                        {1.25f, 0.75f},
                                                        {0.75f, -2},
                                                        {-2, 1.5f},
                                                        {-1.25f, -0.5f},
                                                        {-2, 1},
                                                        {2, -0.75f},
                                                        {0.25f, -0.5f},
                                                        {-0.75f, 0}}),
            Tensor::Vector<int32_t>({5})},
           {{"Treal", DType::kFloat}}),
      Tensor::Of<float>({1, 3, 5}, {1, 0.29671463f, -1.0489842f, 0.82537746f, -0.07310784f, -1.7f,
                                    0.047802318f, 0.25527453f, -0.74068475f, 0.1376079f, 0.2f,
                                    0.86381817f, 0.34395024f, 0.10883615f, 0.48339555f}));
  EXPECT_TENSOR_NEAR(
      Run1("IRFFT",
           {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                        {1.25f, 0.75f},
                                                        {0.75f, -2},
                                                        {-2, 1.5f},
                                                        {-1.25f, -0.5f},
                                                        {-2, 1},
                                                        {2, -0.75f},
                                                        {0.25f, -0.5f},
                                                        {-0.75f, 0}}),
            Tensor::Vector<int32_t>({4})},
           {{"Treal", DType::kFloat}}),
      Tensor::Of<float>({1, 3, 4}, {1.0625f, -0.3125f, -0.1875f, 0.4375f, -1.625f, 0.25f, -0.375f,
                                    -0.25f, 0.4375f, 0.9375f, 0.1875f, 0.4375f}));
}

TEST_F(RealFftTest, RFFT2D) {
  EXPECT_TENSOR_NEAR(
      Run1("RFFT2D",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({3, 5})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>({1, 3, 3}, {{4.25, 0},
                                                   {2.3497967345311057, 1.0071850133676017},
                                                   {-0.7247967345311059, -0.034689318928222135},
                                                   {8, -7.361215932167728},
                                                   {-0.41886099339158034, 0.8669310330351034},
                                                   {0.6055538473475204, 4.119612209142238},
                                                   {8, 7.361215932167728},
                                                   {1.04816622511016, 0.1616931584767245},
                                                   {-3.6098590790660996, -5.783961112658757}}),
      1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("RFFT2D",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({2, 4})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>(
          {1, 2, 3}, {{6, 0}, {-0.25, -2.25}, {-1.5, 0}, {3.5, 0}, {1.75, 1.25}, {-1, 0}}),
      1e-12);
}

TEST_F(RealFftTest, IRFFT2D) {
  EXPECT_TENSOR_NEAR(
      Run1("IRFFT2D",
           {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                        {1.25f, 0.75f},
                                                        {0.75f, -2},
                                                        {-2, 1.5f},
                                                        {-1.25f, -0.5f},
                                                        {-2, 1},
                                                        {2, -0.75f},
                                                        {0.25f, -0.5f},
                                                        {-0.75f, 0}}),
            Tensor::Vector<int32_t>({3, 5})},
           {{"Treal", DType::kFloat}}),
      Tensor::Of<float>(
          {1, 3, 5}, {-0.16666667f, 0.40277836f, -0.14991981f, 0.0645096f, 0.18263185f, 0.3379595f,
                      0.1600489f, -0.65058404f, 0.25031367f, -0.41392377f, 0.8287072f, -0.26611263f,
                      -0.24848036f, 0.51055413f, 0.158184f}));
  EXPECT_TENSOR_NEAR(Run1("IRFFT2D",
                          {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                                       {1.25f, 0.75f},
                                                                       {0.75f, -2},
                                                                       {-2, 1.5f},
                                                                       {-1.25f, -0.5f},
                                                                       {-2, 1},
                                                                       {2, -0.75f},
                                                                       {0.25f, -0.5f},
                                                                       {-0.75f, 0}}),
                           Tensor::Vector<int32_t>({2, 4})},
                          {{"Treal", DType::kFloat}}),
                     Tensor::Of<float>({1, 2, 4}, {-0.28125f, -0.03125f, -0.28125f, 0.09375f,
                                                   1.34375f, -0.28125f, 0.09375f, 0.34375f}));
}

TEST_F(RealFftTest, RFFT3D) {
  EXPECT_TENSOR_NEAR(
      Run1("RFFT3D",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({1, 3, 5})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>({1, 3, 3}, {{4.25, 0},
                                                   {2.3497967345311057, 1.0071850133676017},
                                                   {-0.7247967345311059, -0.034689318928222135},
                                                   {8, -7.361215932167728},
                                                   {-0.41886099339158034, 0.8669310330351034},
                                                   {0.6055538473475204, 4.119612209142238},
                                                   {8, 7.361215932167728},
                                                   {1.04816622511016, 0.1616931584767245},
                                                   {-3.6098590790660996, -5.783961112658757}}),
      1e-12);
  EXPECT_TENSOR_NEAR(
      Run1("RFFT3D",
           {Tensor::Of<double>({1, 3, 5}, {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75, -0.5, 1.75,
                                           0.5, -2, -1.5, -0.5, -2}),
            Tensor::Vector<int32_t>({1, 2, 4})},
           {{"Tcomplex", DType::kComplex128}}),
      Tensor::Of<std::complex<double>>(
          {1, 2, 3}, {{6, 0}, {-0.25, -2.25}, {-1.5, 0}, {3.5, 0}, {1.75, 1.25}, {-1, 0}}),
      1e-12);
}

TEST_F(RealFftTest, IRFFT3D) {
  EXPECT_TENSOR_NEAR(
      Run1("IRFFT3D",
           {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                        {1.25f, 0.75f},
                                                        {0.75f, -2},
                                                        {-2, 1.5f},
                                                        {-1.25f, -0.5f},
                                                        {-2, 1},
                                                        {2, -0.75f},
                                                        {0.25f, -0.5f},
                                                        {-0.75f, 0}}),
            Tensor::Vector<int32_t>({1, 3, 5})},
           {{"Treal", DType::kFloat}}),
      Tensor::Of<float>(
          {1, 3, 5}, {-0.16666667f, 0.40277836f, -0.14991981f, 0.0645096f, 0.18263185f, 0.3379595f,
                      0.1600489f, -0.65058404f, 0.25031367f, -0.41392377f, 0.8287072f, -0.26611263f,
                      -0.24848036f, 0.51055413f, 0.158184f}));
  EXPECT_TENSOR_NEAR(Run1("IRFFT3D",
                          {Tensor::Of<std::complex<float>>({1, 3, 3}, {{1, 1},
                                                                       {1.25f, 0.75f},
                                                                       {0.75f, -2},
                                                                       {-2, 1.5f},
                                                                       {-1.25f, -0.5f},
                                                                       {-2, 1},
                                                                       {2, -0.75f},
                                                                       {0.25f, -0.5f},
                                                                       {-0.75f, 0}}),
                           Tensor::Vector<int32_t>({1, 2, 4})},
                          {{"Treal", DType::kFloat}}),
                     Tensor::Of<float>({1, 2, 4}, {-0.28125f, -0.03125f, -0.28125f, 0.09375f,
                                                   1.34375f, -0.28125f, 0.09375f, 0.34375f}));
}

TEST_F(RealFftTest, Refuses) {
  EXPECT_EQ(Code("RFFT",
                 {Tensor::Of<float>({1, 3, 5}, {1.25f, 1.75f, 0.5f, 1.25f, 2, -0.25f, 1.25f, 0.75f,
                                                -0.5f, 1.75f, 0.5f, -2, -1.5f, -0.5f, -2}),
                  Tensor::Vector<int32_t>({5, 5})},
                 {{"Tcomplex", DType::kComplex64}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RFFT",
                 {Tensor::Of<float>({1, 3, 5}, {1.25f, 1.75f, 0.5f, 1.25f, 2, -0.25f, 1.25f, 0.75f,
                                                -0.5f, 1.75f, 0.5f, -2, -1.5f, -0.5f, -2}),
                  Tensor::Vector<int32_t>({7})},
                 {{"Tcomplex", DType::kComplex64}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RFFT",
                 {Tensor::Of<float>({1, 3, 5}, {1.25f, 1.75f, 0.5f, 1.25f, 2, -0.25f, 1.25f, 0.75f,
                                                -0.5f, 1.75f, 0.5f, -2, -1.5f, -0.5f, -2}),
                  Tensor::Vector<int32_t>({-2})},
                 {{"Tcomplex", DType::kComplex64}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("IRFFT",
                 {Tensor::Of<std::complex<float>>({1, 3, 4}, {{1, 1},
                                                              {1.25f, 0.75f},
                                                              {0.75f, -2},
                                                              {1.75f, -2},
                                                              {-2, 1.5f},
                                                              {-1.25f, -0.5f},
                                                              {-2, 1},
                                                              {1.25f, 1.5f},
                                                              {2, -0.75f},
                                                              {0.25f, -0.5f},
                                                              {-0.75f, 0},
                                                              {-1.5f, 0.5f}}),
                  Tensor::Vector<int32_t>({20})},
                 {{"Treal", DType::kFloat}}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "RFFT",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({5})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "RFFT",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({4})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({5})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({4})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "RFFT2D",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({3, 5})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "RFFT2D",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({2, 4})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT2D",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({3, 5})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT2D",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({2, 4})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "RFFT3D",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({1, 3, 5})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "RFFT3D",
                     .inputs = {Tensor::Of<double>({1, 3, 5},
                                                   {1.25, 1.75, 0.5, 1.25, 2, -0.25, 1.25, 0.75,
                                                    -0.5, 1.75, 0.5, -2, -1.5, -0.5, -2}),
                                Tensor::Vector<int32_t>({1, 2, 4})},
                     .attrs = {{"Tcomplex", DType::kComplex128}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT3D",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({1, 3, 5})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "IRFFT3D",
                     .inputs = {Tensor::Of<std::complex<double>>({1, 3, 3}, {{1, 1},
                                                                             {1.25, 0.75},
                                                                             {0.75, -2},
                                                                             {-2, 1.5},
                                                                             {-1.25, -0.5},
                                                                             {-2, 1},
                                                                             {2, -0.75},
                                                                             {0.25, -0.5},
                                                                             {-0.75, 0}}),
                                Tensor::Vector<int32_t>({1, 2, 4})},
                     .attrs = {{"Treal", DType::kDouble}},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
