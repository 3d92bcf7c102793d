// Values are held against TensorFlow's in tests/conformance; here gradients and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterLstmBlockCell(Registry& r);

namespace {

struct LstmBlockCellTest : OpTest {
  LstmBlockCellTest() : OpTest({RegisterLstmBlockCell}) {}
};

// A batch of two: one input, one cell.
std::vector<Tensor> CellExample() {
  return {Tensor::Of<float>({2, 1}, {0.3f, -0.6f}),
          Tensor::Of<float>({2, 1}, {0.5f, -0.3f}),
          Tensor::Of<float>({2, 1}, {0.1f, 0.4f}),
          Tensor::Of<float>({2, 4}, {0.2f, -0.4f, 0.6f, 0.1f, -0.3f, 0.5f, 0.7f, -0.2f}),
          Tensor::Vector<float>({0.2f}),
          Tensor::Vector<float>({0.3f}),
          Tensor::Vector<float>({-0.2f}),
          Tensor::Vector<float>({0.1f, -0.2f, 0.3f, 0.1f})};
}

TEST_F(LstmBlockCellTest, OpenGatesKeepTheState) {
  // All weights are 0 and the forget gate is wide open: c = c_prev, clipped at 0.4.
  const auto out = Run(
      "LSTMBlockCell",
      {Tensor::Of<float>({1, 1}, {0.5f}), Tensor::Of<float>({1, 2}, {0.25f, -3}),
       Tensor::Of<float>({1, 2}, {0, 0}), Tensor::Of<float>({3, 8}, std::vector<float>(24, 0.0f)),
       Tensor::Vector<float>({0, 0}), Tensor::Vector<float>({0, 0}), Tensor::Vector<float>({0, 0}),
       Tensor::Vector<float>(std::vector<float>(8, 0.0f))},
      {{"forget_bias", 100.0f}, {"cell_clip", 0.4f}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_TENSOR_NEAR((*out)[0], Tensor::Of<float>({1, 2}, {0.5f, 0.5f}));
  EXPECT_TENSOR_NEAR((*out)[1], Tensor::Of<float>({1, 2}, {0.25f, -0.4f}));
  EXPECT_TENSOR_NEAR((*out)[6],
                     Tensor::Of<float>({1, 2}, {std::tanh(0.25f) / 2, std::tanh(-0.4f) / 2}));
}

TEST_F(LstmBlockCellTest, RefusesWhatDoesNotFit) {
  for (size_t i = 0; i < 8; ++i) {
    std::vector<Tensor> inputs = CellExample();
    inputs[i] = Tensor::Of<float>({1, 1, 1}, {0});
    EXPECT_EQ(Code("LSTMBlockCell", std::vector<OpInput>(inputs.begin(), inputs.end())),
              absl::StatusCode::kInvalidArgument)
        << i;
  }
}

MR_GRADIENT_EXAMPLE({.op = "LSTMBlockCell",
                     .inputs = CellExample(),
                     .attrs = {{"use_peephole", true}},
                     .outputs = {1, 6}});

}  // namespace
}  // namespace millrace
