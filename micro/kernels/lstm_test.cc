#include "micro/kernels/lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/kernels/unidirectional_sequence_lstm.h"
#include "micro/testing/basic_lstm_layer.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

TEST(Lstm, OpenGatesSumUpInTheCell) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {3}));
  AddLayer(&op, {kOpen, kOpen, 0, kOpen});
  op.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1}));
  op.Set(Options().Set(LSTMOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(6));
}

TEST(Lstm, ACoupledInputGateIsShutWhereTheForgetGateIsOpen) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {3}));
  op.AddMissing().Add(Constant<float>({1, 1}, {0}));
  op.Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  op.AddMissing();
  for (int i = 0; i < 3; ++i) op.Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op.AddMissing();
  for (const float bias : {kOpen, 0.0f, kOpen}) op.Add(Constant<float>({1}, {bias}));
  op.AddMissing().AddMissing();
  op.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1}));
  op.Set(Options().Set(LSTMOptions::kFusedActivationFunction, Activation::kRelu));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(0));
}

// Twice the cell, which sums up the inputs.
OpTest ProjectedSequence(const TestTensor& projection) {
  OpTest op(kUnidirectionalSequenceLstmOp);
  op.Add(Input<float>({2, 2, 1}, {1, 10, 2, 20}));
  op.Add(Constant<float>({1, 1}, {0})).Add(Constant<float>({1, 1}, {0}));
  op.Add(Constant<float>({1, 1}, {1})).Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 4; ++i) op.Add(Constant<float>({1, 1}, {0}));
  for (int i = 0; i < 3; ++i) op.AddMissing();
  for (const float bias : {kOpen, kOpen, 0.0f, kOpen}) op.Add(Constant<float>({1}, {bias}));
  op.Add(projection).AddMissing();
  op.Add(Variable<float>({2, 1})).Add(Variable<float>({2, 1}));
  op.AddOutput(Input<float>({2, 2, 1}));
  using Field = UnidirectionalSequenceLSTMOptions;
  op.Set(Options()
             .Set(Field::kFusedActivationFunction, Activation::kRelu)
             .Set(Field::kTimeMajor, true));
  return op;
}

TEST(UnidirectionalSequenceLstm, MayHaveAProjection) {
  OpTest op = ProjectedSequence(Constant<float>({1, 1}, {2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 20, 6, 60));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(), ElementsAre(8, 80, 12, 120));
}

TEST(UnidirectionalSequenceLstm, RefusesAProjectionThatDoesNotFit) {
  EXPECT_EQ(ProjectedSequence(Constant<float>({1, 2}, {2, 2})).Run(), Status::kInvalidShape);
  EXPECT_EQ(ProjectedSequence(Constant<float>({2, 1}, {2, 2})).Run(), Status::kInvalidShape);
  EXPECT_EQ(ProjectedSequence(Constant<int8_t>({1, 1}, {2}, Quant(1))).Run(),
            Status::kUnsupportedType);
}

TEST(Lstm, BasicKernel) {
  OpTest op(kLstmOp);
  op.Add(Input<float>({1, 1}, {0.5f})).Add(Variable<float>({1, 1}));
  op.Add(Constant<float>({4, 2}, {0, 0, 1, 0, 0, 0, 0, 0}));
  op.Add(Constant<float>({4}, {kOpen, 0, kOpen, kOpen})).Add(Variable<float>({1, 1}));
  op.AddOutput(Input<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  op.AddOutput(Input<float>({1, 2})).AddOutput(Input<float>({1, 4}));
  op.Set(Options()
             .Set(LSTMOptions::kFusedActivationFunction, Activation::kTanh)
             .Set(LSTMOptions::kKernelType, int8_t{1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float gate = std::tanh(0.5f);
  EXPECT_THAT(op.Output<float>(1), ElementsAre(FloatEq(gate)));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_THAT(op.Output<float>(1), ElementsAre(FloatEq(2 * gate)));
  EXPECT_THAT(op.Output<float>(0), ElementsAre(FloatEq(std::tanh(2 * gate))));
  EXPECT_THAT(op.Output<float>(2), ElementsAre(0.5f, FloatEq(std::tanh(gate))));
}

// An integer layer with all that there is but coupled gates: 2 examples, 2 features, 3 units, 2
// outputs. step: the cell's scale.
OpTest IntegerLayer(const OpRegistration& registration, const TestTensor& input, float step,
                    int intermediates = 5) {
  const std::vector<std::vector<int8_t>> weights = {{113, 32, 47, 101, 20, 70},
                                                    {85, -70, -113, -51, -55, 95},
                                                    {105, -126, 0, 82, -94, 76},
                                                    {-97, -8, 81, -50, -40, -57}};
  const std::vector<std::vector<int8_t>> recurrent = {{56, -63, 125, -14, -6, 1},
                                                      {21, 14, 2, 126, 78, 75},
                                                      {51, 31, -41, 125, -9, -73},
                                                      {88, -87, 91, 29, -98, -116}};
  const std::vector<std::vector<int16_t>> peepholes = {
      {-3315, -27860, -21507}, {893, 28216, -2028}, {18507, 25030, 19408}};
  const std::vector<std::vector<int32_t>> biases = {
      {2585, -1172, 282}, {-4675, -63, -2413}, {-5050, 9866, -9765}, {-8057, -6152, 9381}};
  const std::vector<std::vector<int16_t>> factors = {
      {19803, 9822, -20733}, {2028, -13944, 27894}, {22820, -18826, 587}, {26386, 20829, 12476}};
  OpTest op(registration);
  op.Add(input);
  for (const auto& w : weights) op.Add(Constant<int8_t>({3, 2}, w, Quant(0.02f)));
  for (const auto& w : recurrent) op.Add(Constant<int8_t>({3, 2}, w, Quant(0.02f)));
  for (const auto& w : peepholes) op.Add(Constant<int16_t>({3}, w, Quant(4e-5f)));
  for (const auto& b : biases) op.Add(Constant<int32_t>({3}, b));
  op.Add(Constant<int8_t>({2, 3}, {49, 97, -76, 56, -33, -3}, Quant(0.01f)));
  op.Add(Constant<int32_t>({2}, {-2978, 705}));
  const Quantization hidden = Quant(0.008f, 11);
  op.Add(Variable<int8_t>({2, 2}, hidden)).Add(Variable<int16_t>({2, 3}, Quant(step)));
  for (const auto& f : factors) op.Add(Constant<int16_t>({3}, f, Quant(3e-5f)));
  for (int i = 1; i < intermediates; ++i) op.AddIntermediate(Input<int16_t>({0}, {}, Quant(2e-4f)));
  op.AddIntermediate(Input<int8_t>({0}, {}, Quant(0.006f, -9)));
  op.AddOutput(Input<int8_t>(input.shape, {}, hidden));
  using Field = UnidirectionalSequenceLSTMOptions;
  static_assert(int{Field::kProjClip} == int{LSTMOptions::kProjClip});
  Options options;
  options.Set(Field::kFusedActivationFunction, Activation::kTanh)
      .Set(Field::kCellClip, 0.8f)
      .Set(Field::kProjClip, 0.7f);
  if (input.shape.size() == 3) options.Set(Field::kTimeMajor, true);
  op.Set(options);
  return op;
}

TestTensor Steps(std::vector<int32_t> shape, const std::vector<int8_t>& values) {
  return Input<int8_t>(std::move(shape), values, Quant(0.03f, -7));
}

// Recorded from ai-edge-litert's reference kernels.
TEST(Lstm, OfIntegersWithPeepholesProjectionAndNormalisation) {
  OpTest op = IntegerLayer(kLstmOp, Steps({2, 2}, {35, -118, 61, -7}), 0x1p-11f);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(9, 21, -2, 26));
}
TEST(UnidirectionalSequenceLstm, OfIntegersMayHaveThemToo) {
  OpTest op = IntegerLayer(kUnidirectionalSequenceLstmOp,
                           Steps({3, 2, 2}, {35, -118, 61, -7, -105, -66, 10, 58, 1, 28, 95, 47}),
                           0x1p-11f);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(9, 21, -2, 26, 3, 19, -33, 24, -28, 13, -40, 33));
}

TEST(Lstm, OfIntegersRefusesACellOfAnotherScaleAndOtherIntermediates) {
  const TestTensor input = Steps({2, 2}, {});
  EXPECT_EQ(IntegerLayer(kLstmOp, input, 0.0005f).Run(), Status::kInvalidQuantization);
  EXPECT_EQ(IntegerLayer(kLstmOp, input, 0x1p-8f).Run(), Status::kInvalidQuantization);
  EXPECT_EQ(IntegerLayer(kLstmOp, input, 0x1p-11f, 4).Run(), Status::kInvalidModel);
}

TEST(Lstm, RefusesWhatDoesNotFit) {
  OpTest state(kLstmOp);
  state.Add(Input<float>({1, 1}));
  AddLayer(&state, {0, 0, 0, 0});
  state.Add(Input<float>({1, 1})).Add(Variable<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(state.Run(), Status::kInvalidModel);
  OpTest weights(kLstmOp);
  weights.Add(Input<float>({1, 2}));
  AddLayer(&weights, {0, 0, 0, 0});
  weights.Add(Variable<float>({1, 1})).Add(Variable<float>({1, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(weights.Run(), Status::kInvalidShape);
  OpTest few(kLstmOp);
  for (int i = 0; i < 5; ++i) few.Add(Input<float>({1, 1}));
  few.AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(few.Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
