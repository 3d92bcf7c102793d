#include "micro/kernels/reduce_sum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Floats(const OpRegistration& registration, const std::vector<int32_t>& axes,
              std::vector<int32_t> out_shape) {
  OpTest op(registration);
  op.Add(Input<float>({2, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  op.Add(Constant<int32_t>({static_cast<int32_t>(axes.size())}, axes));
  op.AddOutput(Input<float>(std::move(out_shape)));
  return op;
}

TEST(ReduceSum, Floats) {
  OpTest mean = Floats(kMeanOp, {1}, {2, 2});
  ASSERT_EQ(mean.Run(), Status::kOk) << mean.Reason();
  EXPECT_THAT(mean.Output<float>(), ElementsAre(3, 4, 9, 10));
  OpTest sum = Floats(kSumOp, {0, -1, 2}, {1, 3, 1});
  ASSERT_EQ(sum.Run(), Status::kOk) << sum.Reason();
  EXPECT_THAT(sum.Output<float>(), ElementsAre(18, 26, 34));
  OpTest product = Floats(kReduceProdOp, {0, 1}, {2});
  ASSERT_EQ(product.Run(), Status::kOk) << product.Reason();
  EXPECT_THAT(product.Output<float>(), ElementsAre(10395, 46080));
}

// Real values -1, 0.5, 2 (mean 0.5, sum 1.5).
TEST(ReduceSum, Int8) {
  for (const bool mean : {true, false}) {
    OpTest op(mean ? kMeanOp : kSumOp);
    op.Add(Input<int8_t>({3}, {-1, 2, 5}, Quant(0.5f, 1))).Add(Constant<int32_t>({1}, {0}));
    op.AddOutput(Input<int8_t>({}, {}, Quant(0.25f, -4)));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int8_t>(), ElementsAre(mean ? -2 : 2));
  }
}

// Recorded from tflite-micro.
TEST(ReduceSum, MeanOfManyInt8) {
  std::vector<int8_t> values(49 * 2);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int8_t>(i * 37 % 251 - 125);
  OpTest op(kMeanOp);
  op.Add(Input<int8_t>({1, 7, 7, 2}, values, Quant(0.31f, -7))).Add(Constant<int32_t>({2}, {1, 2}));
  op.AddOutput(Input<int8_t>({1, 2}, {}, Quant(0.07f, 3)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(18, 23));
}

// Recorded from LiteRT's reference kernels.
TEST(ReduceSum, QuantisedProducts) {
  OpTest bytes(kReduceProdOp);
  bytes.Add(Input<int8_t>({2, 3}, {10, -7, 9, 1, 20, -100}, Quant(0.5f, 3)));
  bytes.Add(Constant<int32_t>({1}, {1})).AddOutput(Input<int8_t>({2}, {}, Quant(2.0f, -5)));
  ASSERT_EQ(bytes.Run(), Status::kOk) << bytes.Reason();
  EXPECT_THAT(bytes.Output<int8_t>(), ElementsAre(-32, 127));
  OpTest words(kReduceProdOp);
  words.Add(Input<int16_t>({2, 3}, {150, -170, 90, 211, 120, -100}, Quant(0.01f)));
  words.Add(Constant<int32_t>({2}, {0, 1})).AddOutput(Input<int16_t>({1}, {}, Quant(0.03f)));
  ASSERT_EQ(words.Run(), Status::kOk) << words.Reason();
  EXPECT_THAT(words.Output<int16_t>(), ElementsAre(194));
}

TEST(ReduceSum, QuantisedProductsNeedConstantAxes) {
  OpTest op(kReduceProdOp);
  op.Add(Input<int8_t>({2}, {1, 2}, Quant(0.5f))).Add(Input<int32_t>({1}, {0}));
  op.AddOutput(Input<int8_t>({}, {}, Quant(0.5f)));
  EXPECT_EQ(op.Run(), Status::kUnsupported);
}

TEST(ReduceSum, IntegersAreCutTowardsZero) {
  OpTest op(kMeanOp);
  op.Add(Input<int32_t>({3}, {-5, 1, INT32_MIN})).Add(Constant<int32_t>({}, {0}));
  op.AddOutput(Input<int32_t>({1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(-715827884));
}

// More columns than are added up at a time, and several dimensions on either side.
TEST(ReduceSum, ManyColumns) {
  constexpr int kOuter = 2, kRows = 3, kColumns = 300;
  std::vector<float> input(kOuter * kRows * kColumns), expected(kOuter * kColumns);
  for (size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<float>((i * 37) % 101) * 0.25f;
    expected[i / (kRows * kColumns) * kColumns + i % kColumns] += input[i];
  }
  OpTest op(kSumOp);
  op.Add(Input<float>({kOuter, kRows, kColumns}, input)).Add(Constant<int32_t>({1}, {1}));
  op.AddOutput(Input<float>({kOuter, kColumns}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_EQ(op.Output<float>(), expected);
}

TEST(ReduceSum, QuantisedColumnsOverTwoDimensions) {
  std::vector<int8_t> input(3 * 4 * 2 * 5), expected(4 * 5);
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<int8_t>(i * 37);
  for (size_t b = 0; b < 4; ++b) {
    for (size_t d = 0; d < 5; ++d) {
      int sum = 0;
      for (size_t a = 0; a < 3; ++a) {
        for (size_t c = 0; c < 2; ++c) sum += input[((a * 4 + b) * 2 + c) * 5 + d];
      }
      // The mean of six.
      expected[b * 5 + d] = static_cast<int8_t>(std::round(sum / 6.0));
    }
  }
  OpTest op(kMeanOp);
  op.Add(Input<int8_t>({3, 4, 2, 5}, input, Quant(0.5f))).Add(Constant<int32_t>({2}, {0, 2}));
  op.AddOutput(Input<int8_t>({4, 5}, {}, Quant(0.5f)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const std::vector<int8_t> means = op.Output<int8_t>();
  for (size_t i = 0; i < means.size(); ++i) EXPECT_NEAR(means[i], expected[i], 1) << i;
}

TEST(ReduceSum, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Floats(kMeanOp, {3}, {2, 3}).Run(), Status::kInvalidShape);
  EXPECT_EQ(Floats(kMeanOp, {1}, {2, 3}).Run(), Status::kInvalidShape);
  OpTest nothing(kMeanOp);
  nothing.Add(Input<int32_t>({0})).Add(Constant<int32_t>({1}, {0})).AddOutput(Input<int32_t>({}));
  EXPECT_EQ(nothing.Run(), Status::kInvalidShape);
  OpTest scale(kMeanOp);
  scale.Add(Input<int8_t>({1}, {}, Quant(1))).Add(Constant<int32_t>({1}, {0}));
  scale.AddOutput(Input<int8_t>({}));
  EXPECT_EQ(scale.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
