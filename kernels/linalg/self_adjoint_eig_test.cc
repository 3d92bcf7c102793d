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
  const Tensor a = Tensor::Of<double>({2, 2}, {4, 1, 1, 2});
  auto both = Run("SelfAdjointEigV2", {a});
  auto values = Run("SelfAdjointEigV2", {a}, {{"compute_v", false}});
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_TENSOR_NEAR((*values)[0], (*both)[0], 1e-12);
  // The first form: the values above the vectors.
  const Tensor first = Run1("SelfAdjointEig", {a});
  ASSERT_EQ(first.shape(), Shape({3, 2}));
  for (int k = 0; k < 2; ++k) EXPECT_EQ(first.data<double>()[k], (*both)[0].data<double>()[k]);
  for (int k = 0; k < 4; ++k) EXPECT_EQ(first.data<double>()[2 + k], (*both)[1].data<double>()[k]);
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
