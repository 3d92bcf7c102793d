#include "micro/kernels/unidirectional_sequence_lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::HasSubstr;
using Field = UnidirectionalSequenceLSTMOptions;

Options LstmOptions(bool time_major, float cell_clip) {
  return Options()
      .Set(Field::kFusedActivationFunction, Activation::kTanh)
      .Set(Field::kTimeMajor, time_major)
      .Set(Field::kCellClip, cell_clip);
}

// What a test says of an LSTM of 3 features and 2 units.
struct Lstm {
  TestTensor input;
  TestTensor output;
  std::vector<TestTensor> weights, recurrent, bias;
  TestTensor hidden, cell;
  Options options;
};

OpTest TestOf(const Lstm& lstm) {
  OpTest op(kUnidirectionalSequenceLstmOp);
  op.Add(lstm.input);
  for (const TestTensor& t : lstm.weights) op.Add(t);
  for (const TestTensor& t : lstm.recurrent) op.Add(t);
  for (int i = 0; i < 3; ++i) op.AddMissing();
  for (const TestTensor& t : lstm.bias) op.Add(t);
  op.AddMissing().AddMissing().Add(lstm.hidden).Add(lstm.cell);
  for (int i = 0; i < 4; ++i) op.AddMissing();
  op.AddOutput(lstm.output).Set(lstm.options);
  return op;
}

const std::vector<int8_t> kW[4] = {{113, 32, 47, 101, 20, 70},
                                   {85, -70, -113, -51, -55, 95},
                                   {105, -126, 0, 82, -94, 76},
                                   {-97, -8, 81, -50, -40, -57}};
const std::vector<int8_t> kR[4] = {
    {56, -63, 125, -14}, {-6, 1, 21, 14}, {2, 126, 78, 75}, {51, 31, -41, 125}};
const int kB[4][2] = {{-7, -52}, {62, -62}, {64, 20}, {-70, -83}};

template <typename A, typename B>
Lstm IntLstm(const std::vector<A>& x, Quantization input, Quantization hidden, int bias_factor) {
  Lstm lstm;
  lstm.input = Input<A>({2, 2, 3}, x, input);
  lstm.output = Input<A>({2, 2, 2}, {}, hidden);
  for (int g = 0; g < 4; ++g) {
    lstm.weights.push_back(Constant<int8_t>({2, 3}, kW[g], Quant(0.01f)));
    lstm.recurrent.push_back(Constant<int8_t>({2, 2}, kR[g], Quant(0.02f)));
    lstm.bias.push_back(Constant<B>({2}, {B(kB[g][0] * bias_factor), B(kB[g][1] * bias_factor)},
                                    Quant(input.scales[0] * 0.01f)));
  }
  lstm.hidden = Variable<A>({2, 2}, hidden);
  lstm.cell = Variable<int16_t>({2, 2}, Quant(1.0f / 2048));
  lstm.options = LstmOptions(false, 1.0f);
  return lstm;
}

Lstm Int8Lstm() {
  return IntLstm<int8_t, int32_t>({100, -50, 20, -128, 127, 3, 0, 5, -90, 33, -33, 64},
                                  Quant(0.05f, 5), Quant(0.008f, -3), 10);
}

// Outputs as tensorflow lite micro has them, twice in a row.
TEST(Lstm, Int8) {
  const std::vector<int8_t> first = {-1, 7, -3, 30, -3, -5, 60, 7};
  OpTest op = TestOf(Int8Lstm());
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<int8_t>(), first);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_EQ(op.Output<int8_t>(), (std::vector<int8_t>{-1, 15, -3, 32, 0, -10, 63, 6}));
  ASSERT_EQ(op.interpreter().Reset(), Status::kOk);
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_EQ(op.Output<int8_t>(), first);
}

TEST(Lstm, Int16) {
  OpTest op = TestOf(IntLstm<int16_t, int64_t>(
      {20000, -10000, 4000, -25600, 25400, 600, 0, 1000, -18000, 6600, -6600, 12800},
      Quant(0.0002f), Quant(3e-5f), 2500));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<int16_t>(),
            (std::vector<int16_t>{796, 2811, -466, 6965, 13, -1651, 15068, 2496}));
  ASSERT_EQ(op.RunAgain(), Status::kOk);
  EXPECT_EQ(op.Output<int16_t>(),
            (std::vector<int16_t>{880, 4492, -434, 7548, 1453, -3576, 15962, 2028}));
}

TEST(Lstm, TimeMajorIsTheTransposedSequence) {
  Lstm lstm = Int8Lstm();
  // [batch, time, 3] to [time, batch, 3]: rows 1 and 2 change places.
  std::vector<uint8_t>& x = lstm.input.data;
  std::swap_ranges(x.begin() + 3, x.begin() + 6, x.begin() + 6);
  lstm.options = LstmOptions(true, 1.0f);
  OpTest op = TestOf(lstm);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<int8_t>(), (std::vector<int8_t>{-1, 7, -3, -5, -3, 30, 60, 7}));
}

template <typename W>
Lstm FloatLstm(W weight, Quantization quantization) {
  Lstm lstm;
  lstm.input = Input<float>({1, 2, 1}, {1, -1});
  lstm.output = Input<float>({1, 2, 1});
  for (int g = 0; g < 4; ++g) {
    lstm.weights.push_back(Constant<W>({1, 1}, {weight}, quantization));
    lstm.recurrent.push_back(Constant<W>({1, 1}, {weight}, quantization));
    lstm.bias.push_back(Constant<float>({1}, {0.1f * static_cast<float>(g)}));
  }
  lstm.hidden = Variable<float>({1, 1});
  lstm.cell = Variable<float>({1, 1});
  lstm.options = LstmOptions(false, 0.0f);
  return lstm;
}

// The definition, for one unit with all weights 0.5 and biases 0, 0.1, 0.2, 0.3.
std::vector<float> Expected(const std::vector<float>& x) {
  std::vector<float> out;
  double h = 0, c = 0;
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  for (const float value : x) {
    const double z = 0.5 * value + 0.5 * h;
    c = sigmoid(z + 0.1) * c + sigmoid(z) * std::tanh(z + 0.2);
    h = sigmoid(z + 0.3) * std::tanh(c);
    out.push_back(static_cast<float>(h));
  }
  return out;
}

void ExpectNear(const std::vector<float>& actual, const std::vector<float>& expected,
                float tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << i;
}

TEST(Lstm, FloatAndHybridFollowTheDefinition) {
  OpTest op = TestOf(FloatLstm<float>(0.5f, {}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  ExpectNear(op.Output<float>(), Expected({1, -1}), 1e-6f);

  Lstm lstm = FloatLstm<int8_t>(50, Quant(0.01f));
  OpTest hybrid = TestOf(lstm);
  ASSERT_EQ(hybrid.Run(), Status::kOk) << hybrid.Reason();
  ExpectNear(hybrid.Output<float>(), Expected({1, -1}), 1e-6f);  // single values quantise exactly

  lstm.options.Set(Field::kAsymmetricQuantizeInputs, true);
  OpTest asymmetric = TestOf(lstm);
  ASSERT_EQ(asymmetric.Run(), Status::kOk) << asymmetric.Reason();
  ExpectNear(asymmetric.Output<float>(), Expected({1, -1}), 1e-6f);
}

TEST(Lstm, RefusesWhatDoesNotFit) {
  Lstm lstm = Int8Lstm();
  lstm.cell = Variable<int16_t>({2, 2}, Quant(0.0005f));
  OpTest scale = TestOf(lstm);
  EXPECT_EQ(scale.Run(), Status::kInvalidQuantization);
  EXPECT_THAT(scale.Reason(), HasSubstr("power of two"));

  lstm = Int8Lstm();
  lstm.cell = Variable<int16_t>({3, 2}, Quant(1.0f / 2048));
  EXPECT_EQ(TestOf(lstm).Run(), Status::kInvalidShape);

  lstm = Int8Lstm();
  lstm.hidden = Input<int8_t>({2, 2}, {0, 0, 0, 0}, Quant(0.008f, -3));
  EXPECT_EQ(TestOf(lstm).Run(), Status::kInvalidModel);

  lstm = Int8Lstm();
  lstm.recurrent[3] = Constant<int8_t>({2, 3}, kW[0], Quant(0.02f));
  EXPECT_EQ(TestOf(lstm).Run(), Status::kInvalidShape);

  lstm = Int8Lstm();
  lstm.bias[0] = Constant<int64_t>({2}, {0, 0});
  EXPECT_EQ(TestOf(lstm).Run(), Status::kUnsupportedType);

  lstm = Int8Lstm();
  lstm.options = LstmOptions(false, 0.0f).Set(Field::kFusedActivationFunction, Activation::kRelu);
  EXPECT_EQ(TestOf(lstm).Run(), Status::kUnsupported);
}

TEST(Lstm, RefusesAMissingInput) {
  OpTest op(kUnidirectionalSequenceLstmOp);
  for (int i = 0; i < 24; ++i) op.AddMissing();
  op.AddOutput(Input<int8_t>({2, 2, 2}, {}, Quant(0.008f))).Set(LstmOptions(false, 0.0f));
  EXPECT_EQ(op.Run(), Status::kUnsupported);
}

}  // namespace
}  // namespace millrace::micro::testing
