// Expected values are TensorFlow 2.21's.
#include <complex>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSelfAdjointEig(Registry& r);

namespace {

struct SelfAdjointEigTest : OpTest {
  SelfAdjointEigTest() : OpTest({RegisterSelfAdjointEig}) {}
};

TEST_F(SelfAdjointEigTest, Values) {
  EXPECT_OUTPUTS_NEAR(
      Run("SelfAdjointEigV2",
          {Tensor::Of<double>(
              {2, 3, 3}, {15.57, -6.33, -0.38, -6.33, 7.54, -1.62, -0.38, -1.62, 5.24, 5.8, -3.48,
                          0.51, -3.48, 15.54, -2.37, 0.51, -2.37, 1.66})}),
      std::vector<Tensor>(
          {Tensor::Of<double>({2, 3}, {2.9375066802918064, 6.3468777390753095, 19.06561558063288,
                                       1.2652683803156495, 4.700445320816874, 17.03428629886746}),
           Tensor::Of<double>(
               {2, 3, 3},
               {-0.380782386913712, -0.3016244815506077, 0.8740866352631318, -0.7254945369209141,
                -0.48862940662589555, -0.4846637802418639, -0.5732908953700595, 0.8186965097701053,
                0.032765441795329656, 0.018121154401017536, -0.9541649505851129,
                0.29873210546923734, 0.16805634766074548, -0.29162356746202683, -0.9416542671870877,
                0.9856108196312097, 0.06726768894223886, 0.15506892096827476})}),
      1e-10);
  EXPECT_OUTPUTS_NEAR(
      Run("SelfAdjointEigV2",
          {Tensor::Of<float>({2, 3, 3},
                             {15.57f, -6.33f, -0.38f, -6.33f, 7.54f, -1.62f, -0.38f, -1.62f, 5.24f,
                              5.8f, -3.48f, 0.51f, -3.48f, 15.54f, -2.37f, 0.51f, -2.37f, 1.66f})},
          {{"compute_v", false}}),
      std::vector<Tensor>({Tensor::Of<float>({2, 3}, {2.9375072f, 6.346878f, 19.065624f, 1.2652683f,
                                                      4.7004466f, 17.03428f}),
                           Tensor::Scalar<float>(0.21788311f)}),
      1e-4);
  EXPECT_EQ(Code("SelfAdjointEig",
                 {Tensor::Of<double>(
                     {2, 3, 3}, {15.57, -6.33, -0.38, -6.33, 7.54, -1.62, -0.38, -1.62, 5.24, 5.8,
                                 -3.48, 0.51, -3.48, 15.54, -2.37, 0.51, -2.37, 1.66})}),
            absl::StatusCode::kUnimplemented);
  EXPECT_OUTPUTS_NEAR(
      Run("SelfAdjointEigV2",
          {Tensor::Of<std::complex<double>>({2, 2}, {{4, 0}, {1, -1}, {1, 1}, {3, 0}})},
          {{"compute_v", false}}),
      std::vector<Tensor>(
          {Tensor::Vector<std::complex<double>>({{1.9999999999999987, 0}, {4.999999999999999, 0}}),
           Tensor::Scalar<std::complex<double>>({4.68186441262e-310, 2.4e-322})}));
}

TEST_F(SelfAdjointEigTest, Refuses) {
  EXPECT_EQ(Code("SelfAdjointEigV2", {Tensor::Of<float>({1, 3}, {1, 2, 3})}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SelfAdjointEigV2",
                     .inputs = {Tensor::Of<double>({2, 2}, {4, 1, 1, 2})}});
MR_GRADIENT_EXAMPLE({.op = "SelfAdjointEigV2",
                     .inputs = {Tensor::Of<double>({2, 2}, {4, 1, 1, 2})},
                     .attrs = {{"compute_v", false}},
                     .outputs = {0}});

}  // namespace
}  // namespace millrace
