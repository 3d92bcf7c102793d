// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRandomGamma(Registry& r);

namespace {

struct RandomGammaTest : OpTest {
  RandomGammaTest() : OpTest({RegisterRandomGamma}) {}
};

TEST_F(RandomGammaTest, Stream) {
  EXPECT_TENSOR_NEAR(
      Run1("RandomGamma", {Tensor::Vector<int32_t>({4}), Tensor::Vector<float>({0.3f, 1, 5})},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
      Tensor::Of<float>(
          {4, 3}, {0.02329079f, 1.3432753f, 6.3490133f, 0.0729123f, 0.21876772f, 2.209799f,
                   0.0012721844f, 0.71119255f, 2.099633f, 0.03191965f, 0.11878534f, 8.918243f}));
  EXPECT_TENSOR_NEAR(
      Run1("RandomGamma", {Tensor::Vector<int32_t>({2, 2}), Tensor::Scalar<double>(2.5)},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
      Tensor::Of<double>(
          {2, 2}, {0.4849583744863179, 2.676066275071614, 1.4360129179232466, 3.15542375543046}));
  EXPECT_TENSOR_NEAR(
      Run1("RandomGamma",
           {Tensor::Vector<int32_t>({3}), Tensor::Vector<half>({half(0.5f), half(2)})},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
      Tensor::Of<half>({3, 2}, {half(0.061798096f), half(2.5488281f), half(0.27294922f),
                                half(1.4970703f), half(0.017990112f), half(1.9316406f)}),
      1e-3);
}

TEST_F(RandomGammaTest, Stateless) {
  EXPECT_TENSOR_NEAR(Run1("StatelessRandomGammaV2",
                          {Tensor::Vector<int32_t>({4, 3}), Tensor::Vector<int32_t>({3, 4}),
                           Tensor::Vector<float>({0.3f, 1, 5})}),
                     Tensor::Of<float>({4, 3}, {0.0039803465f, 4.885964f, 4.632077f, 0.09830193f,
                                                2.6179914f, 5.131957f, 0.8456183f, 0.2958262f,
                                                6.073679f, 0.000148619f, 0.9892694f, 2.3383532f}));
  EXPECT_TENSOR_NEAR(
      Run1("StatelessRandomGammaV3",
           {Tensor::Vector<int32_t>({4, 3}), Tensor::Vector<uint64_t>({5186321457711525117u}),
            Tensor::Vector<uint64_t>({0u, 2956673722964415482u}), Tensor::Scalar<int32_t>(1),
            Tensor::Vector<double>({0.3, 1, 5})}),
      Tensor::Of<double>({4, 3}, {0.003980345537993236, 4.8859641181404525, 4.632077428172833,
                                  0.09830192177116924, 2.617991517149285, 5.131956877110227,
                                  0.8456182611609214, 0.2958262074890919, 6.073679159169185,
                                  0.00014861895927446804, 0.9892693630301864, 2.3383531461714195}));
}

TEST_F(RandomGammaTest, Slope) {
  EXPECT_TENSOR_NEAR(Run1("RandomGammaGrad", {Tensor::Vector<float>({0.3f, 1, 5}),
                                              Tensor::Vector<float>({0.2f, 1.5f, 4})}),
                     Tensor::Vector<float>({1.2120372f, 1.4309392f, 0.92272604f}));
  EXPECT_TENSOR_NEAR(
      Run1("RandomGammaGrad",
           {Tensor::Of<double>({2, 1}, {0.3, 5}), Tensor::Vector<double>({0.2, 1.5, 4})}),
      Tensor::Of<double>({2, 3}, {1.2120372612897217, 3.213022780690316, 4.42434385081232,
                                  0.13740693942475427, 0.5324492175474876, 0.9227261342680146}));
}

TEST_F(RandomGammaTest, Empty) {
  EXPECT_TENSOR_NEAR(
      Run1("RandomGamma", {Tensor::Vector<int32_t>({0}), Tensor::Vector<float>({0.3f, 1, 5})},
           {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
      Tensor::Of<float>({0, 3}, {}));
}

TEST_F(RandomGammaTest, Refuses) {
  EXPECT_EQ(Code("RandomGamma", {Tensor::Vector<int32_t>({-1}), Tensor::Scalar<float>(1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RandomGamma", {Tensor::Scalar<int32_t>(1), Tensor::Scalar<float>(1)},
                 {{"seed", int64_t{7}}, {"seed2", int64_t{11}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("StatelessRandomGammaV2", {Tensor::Vector<int32_t>({4}), Tensor::Vector<int32_t>({3, 4}),
                                      Tensor::Vector<float>({0.3f, 1, 5})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StatelessRandomGammaV2",
                 {Tensor::Vector<int32_t>({4, 3}), Tensor::Vector<int32_t>({3, 4, 5}),
                  Tensor::Vector<float>({0.3f, 1, 5})}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
