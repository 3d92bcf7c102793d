// Values are held against TensorFlow's in tests/conformance; here gradients and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBlockLstm(Registry& r);

namespace {

struct BlockLstmTest : OpTest {
  BlockLstmTest() : OpTest({RegisterBlockLstm}) {}
};

// Three steps of a batch of two: one input, two cells.
std::vector<Tensor> LstmInputs(int64_t length) {
  return {Tensor::Scalar<int64_t>(length),
          Tensor::Of<float>({3, 2, 1}, {0.3f, -0.6f, 0.9f, 0.1f, -0.4f, 0.7f}),
          Tensor::Of<float>({2, 2}, {0.5f, -0.3f, 0.2f, 0.8f}),
          Tensor::Of<float>({2, 2}, {0.1f, 0.4f, -0.7f, 0.2f}),
          Tensor::Of<float>({3, 8}, {0.2f,  -0.4f, 0.6f,  0.1f,  -0.3f, 0.5f,  0.7f,  -0.2f,
                                     -0.1f, 0.3f,  0.4f,  -0.6f, 0.2f,  0.1f,  -0.5f, 0.3f,
                                     0.6f,  0.2f,  -0.3f, 0.4f,  0.1f,  -0.2f, 0.3f,  0.5f}),
          Tensor::Vector<float>({0.2f, -0.1f}),
          Tensor::Vector<float>({0.3f, 0.4f}),
          Tensor::Vector<float>({-0.2f, 0.1f}),
          Tensor::Vector<float>({0.1f, -0.2f, 0.3f, 0.1f, 0.2f, -0.1f, 0.4f, 0.2f})};
}

std::vector<OpInput> AsInputs(std::vector<Tensor> tensors) {
  return std::vector<OpInput>(tensors.begin(), tensors.end());
}

// The second version is the first without forget_bias, and with the columns of the cell's input and
// of the forget gate exchanged.
TEST_F(BlockLstmTest, VersionsDifferInTheOrderOfTheGates) {
  const std::vector<Tensor> first = LstmInputs(3);
  std::vector<Tensor> second = first;
  for (const int i : {4, 8}) {
    const int64_t rows = i == 4 ? 3 : 1;
    second[i] = *first[i].Clone();
    for (int64_t row = 0; row < rows; ++row) {
      float* const to = second[i].mutable_data<float>() + 8 * row;
      std::swap_ranges(to + 2, to + 4, to + 4);
    }
  }
  const auto a = Run("BlockLSTM", AsInputs(first),
                     {{"forget_bias", 0.0f}, {"cell_clip", 0.5f}, {"use_peephole", true}});
  const auto b =
      Run("BlockLSTMV2", AsInputs(second), {{"cell_clip", 0.5f}, {"use_peephole", true}});
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  for (size_t i = 0; i < a->size(); ++i) EXPECT_TENSOR_NEAR((*a)[i], (*b)[i]);
}

TEST_F(BlockLstmTest, StepsAfterTheLengthAreZero) {
  const auto out = Run("BlockLSTM", AsInputs(LstmInputs(1)));
  ASSERT_TRUE(out.ok()) << out.status();
  for (const Tensor& t : *out) {
    for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(t.data<float>()[i] == 0, i >= 4);
  }
}

TEST_F(BlockLstmTest, RefusesWhatDoesNotFit) {
  for (size_t i = 1; i < 9; ++i) {
    std::vector<Tensor> inputs = LstmInputs(3);
    inputs[i] = Tensor::Of<float>({1, 1, 1, 1}, {0});
    EXPECT_EQ(Code("BlockLSTM", AsInputs(inputs)), absl::StatusCode::kInvalidArgument) << i;
  }
  for (const int64_t length : {-1, 4}) {
    EXPECT_EQ(Code("BlockLSTM", AsInputs(LstmInputs(length))), absl::StatusCode::kInvalidArgument);
  }
}

MR_GRADIENT_EXAMPLE({.op = "BlockLSTM",
                     .inputs = LstmInputs(3),
                     .attrs = {{"cell_clip", 0.0f}, {"use_peephole", true}},
                     .wrt = {1, 2, 3, 4, 5, 6, 7, 8},
                     .outputs = {1, 6}});
MR_GRADIENT_EXAMPLE({.op = "BlockLSTMV2",
                     .inputs = LstmInputs(2),
                     .attrs = {{"use_peephole", true}},
                     .wrt = {1, 2, 3, 4, 5, 6, 7, 8},
                     .outputs = {1, 6}});

}  // namespace
}  // namespace millrace
