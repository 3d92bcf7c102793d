// CTCLoss and the decoders. Expected values are TensorFlow 2.21's.
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCtcLoss(Registry& r);
absl::Status RegisterCtcDecoder(Registry& r);

namespace {

using absl::StatusCode;

Tensor Logits() { return Tensor::Of<double>({4, 1, 3}, {1, 2, 0, 0, 3, 1, 2, 0, 1, 0, 1, 3}); }
Tensor Length(int32_t n) { return Tensor::Vector<int32_t>({n}); }
std::vector<Tensor> LossInputs() {
  return {Logits(), Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int32_t>({1, 0}),
          Length(4)};
}

MR_GRADIENT_EXAMPLE({.op = "CTCLoss", .inputs = LossInputs(), .outputs = {0}});

struct CtcTest : OpTest {
  CtcTest() : OpTest({RegisterCtcLoss, RegisterCtcDecoder}) {}
  StatusCode LossCode(int input, Tensor value, AttrMap attrs = {}) {
    std::vector<Tensor> inputs = LossInputs();
    inputs[input] = std::move(value);
    return Code("CTCLoss", {inputs.begin(), inputs.end()}, std::move(attrs));
  }
};

TEST_F(CtcTest, LossAndGradient) {
  const std::vector<Tensor> inputs = LossInputs();
  EXPECT_OUTPUTS_NEAR(
      Run("CTCLoss", {inputs.begin(), inputs.end()}),
      {Tensor::Vector<double>({0.7933479986587427}),
       Tensor::Of<double>({4, 1, 3},
                          {0.2447284710547976, -0.23334418493028686, -0.011384293575091492,
                           -0.0071563897308402485, -0.006259171959395293, 0.013415531887913293,
                           -0.30037383990999267, 0.08461579899464713, 0.21575807490861937,
                           -0.02541172035303646, 0.11419519938459449, -0.08878347158097744})});
}

TEST_F(CtcTest, LossRefuses) {
  EXPECT_EQ(LossCode(2, Tensor::Vector<int32_t>({1, -1})), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(2, Tensor::Vector<int32_t>({2, 0})), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(3, Length(5)), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(3, Length(-1)), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(3, Length(1)), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(3, Length(1), {{"ignore_longer_outputs_than_inputs", true}}), StatusCode::kOk);
  EXPECT_EQ(LossCode(1, Tensor::Of<int64_t>({2, 2}, {0, 1, 0, 0})), StatusCode::kInvalidArgument);
  EXPECT_EQ(LossCode(1, Tensor::Of<int64_t>({2, 2}, {0, 0, 7, 0})), StatusCode::kInvalidArgument);
}

TEST_F(CtcTest, GreedyDecoder) {
  EXPECT_OUTPUTS_NEAR(Run("CTCGreedyDecoder", {Logits(), Length(4)}, {{"merge_repeated", true}}),
                      {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Vector<int64_t>({1, 0}),
                       Tensor::Vector<int64_t>({1, 2}), Tensor::Of<double>({1, 1}, {-10})});
  EXPECT_EQ(Code("CTCGreedyDecoder", {Logits(), Length(4)}, {{"blank_index", 3}}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("CTCGreedyDecoder", {Logits(), Length(5)}), StatusCode::kFailedPrecondition);
}

TEST_F(CtcTest, BeamSearchDecoder) {
  EXPECT_OUTPUTS_NEAR(
      Run("CTCBeamSearchDecoder", {Logits(), Length(4)}, {{"beam_width", 4}, {"top_paths", 2}}),
      {Tensor::Of<int64_t>({2, 2}, {0, 0, 0, 1}), Tensor::Of<int64_t>({1, 2}, {0, 0}),
       Tensor::Vector<int64_t>({1, 0}), Tensor::Vector<int64_t>({1}),
       Tensor::Vector<int64_t>({1, 2}), Tensor::Vector<int64_t>({1, 1}),
       Tensor::Of<double>({1, 2}, {-0.7934339867407347, -1.5982284668335582})});
  EXPECT_EQ(
      Code("CTCBeamSearchDecoder", {Logits(), Length(4)}, {{"beam_width", 1}, {"top_paths", 2}}),
      StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
