// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterFakeQuant(Registry& r);

namespace {

struct FakeQuantTest : OpTest {
  FakeQuantTest() : OpTest({RegisterFakeQuant}) {}
};

TEST_F(FakeQuantTest, Args) {
  EXPECT_TENSOR_NEAR(Run1("FakeQuantWithMinMaxArgs",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9})}),
                     Tensor::Vector<float>({-6.0235295f, -1.3176471f, 0, 0, 0.1882353f, 0.9882353f,
                                            2.7294118f, 5.9764705f}));
  EXPECT_TENSOR_NEAR(
      Run1("FakeQuantWithMinMaxArgs",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9})},
           {{"min", -0.5f}, {"max", 2.5f}, {"num_bits", int64_t{4}}, {"narrow_range", true}}),
      Tensor::Vector<float>(
          {-0.42857143f, -0.42857143f, 0, 0, 0.21428572f, 1.0714285f, 2.5714285f, 2.5714285f}));
  EXPECT_TENSOR_NEAR(Run1("FakeQuantWithMinMaxArgsGradient",
                          {Tensor::Vector<float>({1, 2, 3, 4, 5, 6, 7, 8}),
                           Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9})},
                          {{"min", -0.5f}, {"max", 2.5f}}),
                     Tensor::Vector<float>({0, 0, 3, 4, 5, 6, 0, 0}));
}

TEST_F(FakeQuantTest, Vars) {
  EXPECT_TENSOR_NEAR(
      Run1("FakeQuantWithMinMaxVars",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
            Tensor::Scalar<float>(0.1f), Tensor::Scalar<float>(5)}),
      Tensor::Vector<float>({0, 0, 0, 0, 0.19215687f, 0.99921566f, 2.747843f, 4.9f}));
  EXPECT_TENSOR_NEAR(
      Run1("FakeQuantWithMinMaxVars",
           {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
            Tensor::Scalar<float>(-2), Tensor::Scalar<float>(3)},
           {{"num_bits", int64_t{3}}}),
      Tensor::Vector<float>({-2.142857f, -1.4285715f, 0, 0, 0, 0.71428573f, 2.857143f, 2.857143f}));
  EXPECT_TENSOR_NEAR(Run1("FakeQuantWithMinMaxVars",
                          {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)}),
                     Tensor::Vector<float>({0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_OUTPUTS_NEAR(Run("FakeQuantWithMinMaxVarsGradient",
                          {Tensor::Vector<float>({1, 2, 3, 4, 5, 6, 7, 8}),
                           Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(-1), Tensor::Scalar<float>(2)}),
                      std::vector<Tensor>({Tensor::Vector<float>({0, 0, 3, 4, 5, 6, 0, 0}),
                                           Tensor::Scalar<float>(3), Tensor::Scalar<float>(15)}));
  EXPECT_OUTPUTS_NEAR(Run("FakeQuantWithMinMaxVarsGradient",
                          {Tensor::Vector<float>({1, 2, 3, 4, 5, 6, 7, 8}),
                           Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)}),
                      std::vector<Tensor>({Tensor::Vector<float>({1, 2, 3, 4, 5, 6, 7, 8}),
                                           Tensor::Scalar<float>(0), Tensor::Scalar<float>(0)}));
}

TEST_F(FakeQuantTest, Channels) {
  EXPECT_TENSOR_NEAR(Run1("FakeQuantWithMinMaxVarsPerChannel",
                          {Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                           Tensor::Vector<float>({-1, -0.5f}), Tensor::Vector<float>({1, 3})}),
                     Tensor::Of<float>({4, 2}, {-0.9960785f, -0.49411765f, -0.007843138f, 0,
                                                0.20392159f, 1.0019608f, 1.0039216f, 3.0058823f}));
  EXPECT_OUTPUTS_NEAR(
      Run("FakeQuantWithMinMaxVarsPerChannelGradient",
          {Tensor::Of<float>({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}),
           Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
           Tensor::Vector<float>({-1, -0.5f}), Tensor::Vector<float>({1, 3})}),
      std::vector<Tensor>({Tensor::Of<float>({4, 2}, {0, 0, 3, 4, 5, 6, 0, 0}),
                           Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({7, 8})}));
}

TEST_F(FakeQuantTest, Refuses) {
  EXPECT_EQ(Code("FakeQuantWithMinMaxArgs",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9})},
                 {{"min", 1.0f}, {"max", 0.5f}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FakeQuantWithMinMaxArgs",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9})},
                 {{"num_bits", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FakeQuantWithMinMaxVars",
                 {Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({0.1f}), Tensor::Scalar<float>(5)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FakeQuantWithMinMaxVarsPerChannel",
                 {Tensor::Of<float>({4, 2}, {-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Vector<float>({-1}), Tensor::Vector<float>({1})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("FakeQuantWithMinMaxVarsGradient",
                 {Tensor::Vector<float>({1}),
                  Tensor::Vector<float>({-7, -1.3f, -0.01f, 0, 0.2f, 1, 2.74f, 9}),
                  Tensor::Scalar<float>(0), Tensor::Scalar<float>(1)}),
            absl::StatusCode::kInvalidArgument);
}
// The gradient passes straight through inside the range, so only outside of it does it agree with
// differences.
MR_GRADIENT_EXAMPLE({.op = "FakeQuantWithMinMaxArgs",
                     .inputs = {Tensor::Vector<float>({-9, 8, 12})}});
MR_GRADIENT_EXAMPLE({.op = "FakeQuantWithMinMaxVars",
                     .inputs = {Tensor::Vector<float>({-9, 8, 12}), Tensor::Scalar<float>(-1),
                                Tensor::Scalar<float>(1)},
                     .wrt = {0}});
MR_GRADIENT_EXAMPLE({.op = "FakeQuantWithMinMaxVarsPerChannel",
                     .inputs = {Tensor::Of<float>({1, 2}, {-9, 8}), Tensor::Vector<float>({-1, -1}),
                                Tensor::Vector<float>({1, 1})},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
