// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterFusedBatchNorm(Registry& r);
absl::Status RegisterFusedBatchNormGrad(Registry& r);

namespace {

struct FusedBatchNormTest : OpTest {
  FusedBatchNormTest() : OpTest({RegisterFusedBatchNorm, RegisterFusedBatchNormGrad}) {}
};

absl::StatusOr<std::vector<Tensor>> First(size_t n, absl::StatusOr<std::vector<Tensor>> outputs) {
  if (outputs.ok() && outputs->size() > n) outputs->resize(n);
  return outputs;
}
TEST_F(FusedBatchNormTest, Trains) {
  EXPECT_OUTPUTS_NEAR(
      First(5, Run("FusedBatchNorm",
                   {Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                    Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                   {{"epsilon", 0.001f}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-1.0433282f, 1.0992813f, -0.33102286f, 1.871326f,  1.0935878f,  2.9007187f,
                2.5181983f,  2.9007187f, 0.7374351f,   2.9007187f, -0.6871755f, 0.06988859f,
                2.5181983f,  3.415415f,  1.4497404f,   1.871326f,  -1.3994808f, 1.3566296f,
                -1.0433282f, 3.1580667f, 2.874351f,    1.3566296f, -0.6871755f, 1.0992813f}),
           Tensor::Vector<float>({-0.16666667f, -0.375f}),
           Tensor::Vector<float>({1.2083335f, 1.0284091f}),
           Tensor::Vector<float>({-0.16666667f, -0.375f}),
           Tensor::Vector<float>({1.107639f, 0.9427084f})}));
  EXPECT_OUTPUTS_NEAR(
      First(5, Run("FusedBatchNormV3",
                   {Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                    Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})},
                   {{"exponential_avg_factor", 0.25f}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-1.0439551f, 1.0988514f, -0.3313604f, 1.8712645f, 1.0938289f,  2.9011486f,
                2.5190182f,  2.9011486f, 0.73753154f, 2.9011486f, -0.6876577f, 0.06896758f,
                2.5190182f,  3.4160905f, 1.4501262f,  1.8712645f, -1.4002523f, 1.3563225f,
                -1.0439551f, 3.1586194f, 2.8753154f,  1.3563225f, -0.6876577f, 1.0988514f}),
           Tensor::Vector<float>({0.14583333f, -0.46875f}),
           Tensor::Vector<float>({1.0520834f, 1.7571023f}),
           Tensor::Vector<float>({-0.16666667f, -0.375f}),
           Tensor::Vector<float>({1.107639f, 0.9427084f})}));
  EXPECT_OUTPUTS_NEAR(
      First(5, Run("FusedBatchNormV2",
                   {Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                    Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                   {})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-1.0439551f, 1.0988514f, -0.3313604f, 1.8712645f, 1.0938289f,  2.9011486f,
                2.5190182f,  2.9011486f, 0.73753154f, 2.9011486f, -0.6876577f, 0.06896758f,
                2.5190182f,  3.4160905f, 1.4501262f,  1.8712645f, -1.4002523f, 1.3563225f,
                -1.0439551f, 3.1586194f, 2.8753154f,  1.3563225f, -0.6876577f, 1.0988514f}),
           Tensor::Vector<float>({-0.16666667f, -0.375f}),
           Tensor::Vector<float>({1.2083335f, 1.0284091f}),
           Tensor::Vector<float>({-0.16666667f, -0.375f}),
           Tensor::Vector<float>({1.107639f, 0.9427084f})}));
}

TEST_F(FusedBatchNormTest, Infers) {
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNorm",
                   {Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                    Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})},
                   {{"is_training", false}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-1.7498877f, 1.2929108f, -0.99992514f, 1.8232278f, 0.5f,        2.5303168f,
                1.9999251f,  2.5303168f, 0.12501872f,  2.5303168f, -1.3749064f, 0.58582175f,
                1.9999251f,  2.8838615f, 0.8749813f,   1.8232278f, -2.1248689f, 1.4696832f,
                -1.7498877f, 2.7070892f, 2.3749065f,   1.4696832f, -1.3749064f, 1.2929108f}),
           Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})}));
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNormV3",
                   {Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                    Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})},
                   {{"is_training", false}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-1.7498877f, 1.2929108f, -0.99992514f, 1.8232278f, 0.5f,        2.5303168f,
                1.9999251f,  2.5303168f, 0.12501872f,  2.5303168f, -1.3749064f, 0.58582175f,
                1.9999251f,  2.8838615f, 0.8749813f,   1.8232278f, -2.1248689f, 1.4696832f,
                -1.7498877f, 2.7070892f, 2.3749065f,   1.4696832f, -1.3749064f, 1.2929108f}),
           Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})}));
}

TEST_F(FusedBatchNormTest, Gradients) {
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNormGrad",
                   {Tensor::Of<float>({2, 2, 3, 2}, {1.5f,   0.5f,  -0.75f, -0.75f, 1.75f, 1.75f,
                                                     -0.25f, 1.25f, 1,      0,      2,     0,
                                                     -1.75f, -2,    -0.25f, -2,     1,     -1.5f,
                                                     0,      0.5f,  -1.5f,  -1.25f, 1.75f, -1.75f}),
                    Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                    Tensor::Vector<float>({1, 2})},
                   {{"is_training", true}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-0.585681f,  -0.78810346f, -3.2028136f,  0.1896635f,   2.062397f,   -1.4528519f,
                0.57794464f, -1.0993073f,  0.55860376f,  -0.21544592f, 0.54313093f, -0.5597664f,
                -1.6719431f, 1.261336f,    -0.55860376f, 1.073525f,    -1.7144929f, 0.65737665f,
                -2.8355687f, -0.5376886f,  -0.9181122f,  0.48060435f,  0.16814966f, 0.8028471f}),
           Tensor::Vector<float>({-12.124393f, -3.0051289f}),
           Tensor::Vector<float>({4.5f, -5.25f})}));
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNormGradV3",
                   {Tensor::Of<float>({2, 2, 3, 2}, {1.5f,   0.5f,  -0.75f, -0.75f, 1.75f, 1.75f,
                                                     -0.25f, 1.25f, 1,      0,      2,     0,
                                                     -1.75f, -2,    -0.25f, -2,     1,     -1.5f,
                                                     0,      0.5f,  -1.5f,  -1.25f, 1.75f, -1.75f}),
                    Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                    Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({0})},
                   {{"is_training", true}, {"epsilon", 0.01f}})),
      std::vector<Tensor>(
          {Tensor::Of<float>(
               {2, 2, 3, 2},
               {-0.5606315f, -0.78554505f, -3.1722965f, 0.18934964f,  2.0522642f,  -1.4497309f,
                0.56032383f, -1.097058f,   0.5595545f,  -0.21537605f, 0.55893904f, -0.5571558f,
                -1.6785097f, 1.2574569f,   -0.5595545f, 1.0710317f,   -1.6802022f, 0.6562171f,
                -2.7994652f, -0.536978f,   -0.932078f,  0.4798807f,   0.18580012f, 0.8014826f}),
           Tensor::Vector<float>({-12.064827f, -2.9977188f}),
           Tensor::Vector<float>({4.5f, -5.25f})}));
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNormGrad",
                   {Tensor::Of<float>({2, 2, 3, 2}, {1.5f,   0.5f,  -0.75f, -0.75f, 1.75f, 1.75f,
                                                     -0.25f, 1.25f, 1,      0,      2,     0,
                                                     -1.75f, -2,    -0.25f, -2,     1,     -1.5f,
                                                     0,      0.5f,  -1.5f,  -1.25f, 1.75f, -1.75f}),
                    Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                    Tensor::Vector<float>({1, 2})},
                   {{"is_training", false}})),
      std::vector<Tensor>(
          {Tensor::Of<float>({2, 2, 3, 2},
                             {2.2498877f,  -0.35354456f, -1.1249439f, 0.5303168f, 2.6248689f,
                              -1.237406f,  -0.37498128f, -0.8838614f, 1.4999251f, -0,
                              2.9998503f,  -0,           -2.6248689f, 1.4141783f, -0.37498128f,
                              1.4141783f,  1.4999251f,   1.0606337f,  0,          -0.35354456f,
                              -2.2498877f, 0.8838614f,   2.6248689f,  1.237406f}),
           Tensor::Vector<float>({-12.124394f, -3.0051289f}),
           Tensor::Vector<float>({4.5f, -5.25f})}));
  EXPECT_OUTPUTS_NEAR(
      First(3, Run("FusedBatchNormGradV3",
                   {Tensor::Of<float>({2, 2, 3, 2}, {1.5f,   0.5f,  -0.75f, -0.75f, 1.75f, 1.75f,
                                                     -0.25f, 1.25f, 1,      0,      2,     0,
                                                     -1.75f, -2,    -0.25f, -2,     1,     -1.5f,
                                                     0,      0.5f,  -1.5f,  -1.25f, 1.75f, -1.75f}),
                    Tensor::Of<float>({2, 2, 3, 2},
                                      {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                       0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                       -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                    Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                    Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({0})},
                   {{"is_training", false}, {"epsilon", 0.01f}})),
      std::vector<Tensor>(
          {Tensor::Of<float>({2, 2, 3, 2},
                             {2.2388337f,  -0.35267282f, -1.1194168f,  0.5290092f, 2.6119726f,
                              -1.2343549f, -0.37313893f, -0.88168204f, 1.4925557f, -0,
                              2.9851115f,  -0,           -2.6119726f,  1.4106913f, -0.37313893f,
                              1.4106913f,  1.4925557f,   1.0580184f,   0,          -0.35267282f,
                              -2.2388337f, 0.88168204f,  2.6119726f,   1.2343549f}),
           Tensor::Vector<float>({-12.064825f, -2.9977188f}),
           Tensor::Vector<float>({4.5f, -5.25f})}));
}

TEST_F(FusedBatchNormTest, Refuses) {
  EXPECT_EQ(
      Code("FusedBatchNorm", {Tensor::Of<float>({2, 2}, {-0.75f, -0.75f, 1.25f, 1.25f}),
                              Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                              Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FusedBatchNorm",
                 {Tensor::Of<float>({2, 2, 3, 2},
                                    {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                     0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                     -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                  Tensor::Vector<float>({1}), Tensor::Vector<float>({0.5f, 2}),
                  Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FusedBatchNormV3",
                 {Tensor::Of<float>({2, 2, 3, 2},
                                    {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                     0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                     -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                  Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                  Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                 {{"is_training", false}}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FusedBatchNormTest, ChannelsFirstAgrees) {
  // [1, 2, 2, 2]: the same images with channels last and first.
  const Tensor last = Tensor::Of<float>({1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 5, 50});
  const Tensor first = Tensor::Of<float>({1, 2, 2, 2}, {1, 2, 3, 5, 10, 20, 30, 50});
  const Tensor scale = Tensor::Vector<float>({2, 3}), offset = Tensor::Vector<float>({1, -1});
  const Tensor none = Tensor::Of<float>({0}, {});
  auto a = Run("FusedBatchNormV3", {last, scale, offset, none, none});
  auto b = Run("FusedBatchNormV3", {first, scale, offset, none, none}, {{"data_format", "NCHW"}});
  ASSERT_TRUE(a.ok()) << a.status();
  ASSERT_TRUE(b.ok()) << b.status();
  for (int i = 1; i < 5; ++i) EXPECT_TENSOR_NEAR((*a)[i], (*b)[i]);
  for (int c = 0; c < 2; ++c) {
    for (int p = 0; p < 4; ++p)
      EXPECT_FLOAT_EQ((*a)[0].data<float>()[2 * p + c], (*b)[0].data<float>()[4 * c + p]);
  }
}

MR_GRADIENT_EXAMPLE({.op = "FusedBatchNorm",
                     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f,
                                                   1.25f,  -1.25f, 0,      -1.25f, -1,    1.5f,
                                                   1.25f,  -1.75f, 0.5f,   -0.25f, -1.5f, 0.25f,
                                                   -1.25f, -1.5f,  1.5f,   0.25f,  -1,    0.5f}),
                                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                                Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                     .wrt = {0, 1, 2},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "FusedBatchNormV2",
                     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f,
                                                   1.25f,  -1.25f, 0,      -1.25f, -1,    1.5f,
                                                   1.25f,  -1.75f, 0.5f,   -0.25f, -1.5f, 0.25f,
                                                   -1.25f, -1.5f,  1.5f,   0.25f,  -1,    0.5f}),
                                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                                Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                     .wrt = {0, 1, 2},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "FusedBatchNormV3",
                     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f,
                                                   1.25f,  -1.25f, 0,      -1.25f, -1,    1.5f,
                                                   1.25f,  -1.75f, 0.5f,   -0.25f, -1.5f, 0.25f,
                                                   -1.25f, -1.5f,  1.5f,   0.25f,  -1,    0.5f}),
                                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                                Tensor::Of<float>({0}, {}), Tensor::Of<float>({0}, {})},
                     .wrt = {0, 1, 2},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE(
    {.op = "FusedBatchNormV3",
     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                   0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                   -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.5f, 2}),
                Tensor::Vector<float>({0.25f, -0.5f}), Tensor::Vector<float>({1, 2})},
     .attrs = {{"is_training", false}},
     .wrt = {0, 1, 2},
     .outputs = {0}});
MR_GRADIENT_EXAMPLE(
    {.op = "FusedBatchNormGradV3",
     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                  {1.5f, 0.5f,  -0.75f, -0.75f, 1.75f,  1.75f,  -0.25f, 1.25f,
                                   1,    0,     2,      0,      -1.75f, -2,     -0.25f, -2,
                                   1,    -1.5f, 0,      0.5f,   -1.5f,  -1.25f, 1.75f,  -1.75f}),
                Tensor::Of<float>({2, 2, 3, 2},
                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                   0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                   -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({0})},
     .attrs = {{"is_training", false}},
     .wrt = {0, 1, 2},
     .outputs = {0, 1, 2}});
MR_GRADIENT_EXAMPLE(
    {.op = "FusedBatchNormGradV2",
     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                  {1.5f, 0.5f,  -0.75f, -0.75f, 1.75f,  1.75f,  -0.25f, 1.25f,
                                   1,    0,     2,      0,      -1.75f, -2,     -0.25f, -2,
                                   1,    -1.5f, 0,      0.5f,   -1.5f,  -1.25f, 1.75f,  -1.75f}),
                Tensor::Of<float>({2, 2, 3, 2},
                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                   0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                   -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({0.25f, -0.5f}),
                Tensor::Vector<float>({1, 2})},
     .attrs = {{"is_training", false}},
     .wrt = {0, 1, 2},
     .outputs = {0, 1, 2}});
MR_GRADIENT_EXAMPLE(
    {.op = "FusedBatchNormGrad",
     .inputs = {Tensor::Of<float>({2, 2, 3, 2},
                                  {1.5f, 0.5f,  -0.75f, -0.75f, 1.75f,  1.75f,  -0.25f, 1.25f,
                                   1,    0,     2,      0,      -1.75f, -2,     -0.25f, -2,
                                   1,    -1.5f, 0,      0.5f,   -1.5f,  -1.25f, 1.75f,  -1.75f}),
                Tensor::Of<float>({2, 2, 3, 2},
                                  {-1.25f, 0.5f,   -0.75f, -0.25f, 0.25f, -1.25f, 1.25f, -1.25f,
                                   0,      -1.25f, -1,     1.5f,   1.25f, -1.75f, 0.5f,  -0.25f,
                                   -1.5f,  0.25f,  -1.25f, -1.5f,  1.5f,  0.25f,  -1,    0.5f}),
                Tensor::Vector<float>({1.5f, -1}), Tensor::Vector<float>({-0.16666667f, -0.375f}),
                Tensor::Vector<float>({1.1076388f, 0.9427083f})},
     .wrt = {0, 2},
     .outputs = {0, 1, 2}});

}  // namespace
}  // namespace millrace
