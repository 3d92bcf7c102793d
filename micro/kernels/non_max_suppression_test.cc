#include "micro/kernels/non_max_suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

// Boxes 0 and 1 share a half, box 2 is elsewhere; corners come in any order.
void AddTensors(OpTest* op, int32_t most) {
  op->Add(Input<float>({3, 4}, {0, 0, 2, 1, 3, 1, 1, 0, 5, 5, 6, 6}));
  op->Add(Input<float>({3}, {0.8f, 0.9f, 0.7f})).Add(Constant<int32_t>({}, {most}));
}

TEST(NonMaxSuppressionV4, DropsWhatOverlaps) {
  for (const auto& [threshold, count] : {std::pair(0.3f, 2), {0.4f, 3}}) {
    OpTest op(kNonMaxSuppressionV4Op);
    AddTensors(&op, 4);
    op.Add(Constant<float>({}, {threshold})).Add(Constant<float>({}, {0.1f}));
    op.AddOutput(Input<int32_t>({4})).AddOutput(Input<int32_t>({}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<int32_t>(1), ElementsAre(count));
    if (count == 2) EXPECT_THAT(op.Output<int32_t>(0), ElementsAre(1, 2, 0, 0));
    if (count == 3) EXPECT_THAT(op.Output<int32_t>(0), ElementsAre(1, 0, 2, 0));
  }
}

TEST(NonMaxSuppressionV5, LowersTheScoreOfWhatOverlaps) {
  OpTest op(kNonMaxSuppressionV5Op);
  AddTensors(&op, 3);
  op.Add(Constant<float>({}, {1}))
      .Add(Constant<float>({}, {0.1f}))
      .Add(Constant<float>({}, {0.5f}));
  op.AddOutput(Input<int32_t>({3})).AddOutput(Input<float>({3})).AddOutput(Input<int32_t>({}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(0), ElementsAre(1, 0, 2));
  // The overlap is a third of both together.
  EXPECT_THAT(op.Output<float>(1), ElementsAre(0.9f, FloatEq(0.8f * std::exp(-1 / 9.f)), 0.7f));
}

TEST(NonMaxSuppression, RefusesWhatDoesNotFit) {
  OpTest most(kNonMaxSuppressionV4Op);
  AddTensors(&most, -1);
  most.Add(Input<float>({}, {1})).Add(Input<float>({}, {1}));
  most.AddOutput(Input<int32_t>({3})).AddOutput(Input<int32_t>({}));
  EXPECT_EQ(most.Run(), Status::kInvalidShape);
  OpTest scores(kNonMaxSuppressionV4Op);
  scores.Add(Input<float>({3, 4})).Add(Input<float>({2})).Add(Constant<int32_t>({}, {3}));
  scores.Add(Input<float>({})).Add(Input<float>({}));
  scores.AddOutput(Input<int32_t>({3})).AddOutput(Input<int32_t>({}));
  EXPECT_EQ(scores.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
