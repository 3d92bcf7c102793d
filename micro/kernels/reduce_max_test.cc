#include "micro/kernels/reduce_max.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(ReduceMax, AlongAxes) {
  OpTest max(kReduceMaxOp), min(kReduceMinOp);
  for (OpTest* op : {&max, &min}) {
    op->Add(Input<int8_t>({2, 3}, {1, -2, 3, -4, 5, -6})).Add(Constant<int32_t>({1}, {-1}));
    op->AddOutput(Input<int8_t>({2, 1}));
    ASSERT_EQ(op->Run(), Status::kOk) << op->Reason();
  }
  EXPECT_THAT(max.Output<int8_t>(), ElementsAre(3, 5));
  EXPECT_THAT(min.Output<int8_t>(), ElementsAre(-2, -6));
}

TEST(ReduceMax, OfNoAxesIsTheInput) {
  OpTest op(kReduceMaxOp);
  op.Add(Input<float>({2}, {1, -2})).Add(Input<int32_t>({0})).AddOutput(Input<float>({2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1, -2));
}

TEST(ReduceMax, TruthValues) {
  OpTest all(kReduceAllOp), any(kReduceAnyOp);
  for (OpTest* op : {&all, &any}) {
    TestTensor input = Input<bool>({3, 2});
    input.data = {1, 1, 0, 1, 0, 0};
    op->Add(input).Add(Constant<int32_t>({1}, {1})).AddOutput(Input<bool>({3}));
    ASSERT_EQ(op->Run(), Status::kOk) << op->Reason();
  }
  EXPECT_THAT(all.Output<bool>(), ElementsAre(true, false, false));
  EXPECT_THAT(any.Output<bool>(), ElementsAre(true, true, false));
}

TEST(ReduceMax, LongRowsAndManyColumns) {
  for (const int32_t count : {63, 64, 65, 200}) {
    for (int32_t best = 0; best < count; best += 7) {
      std::vector<int16_t> input(2 * static_cast<size_t>(count), -5);
      input[static_cast<size_t>(best)] = 9;
      input[static_cast<size_t>(2 * count - 1 - best)] = 11;
      OpTest row(kReduceMaxOp);
      row.Add(Input<int16_t>({2, count}, input, Quant(1))).Add(Constant<int32_t>({1}, {1}));
      row.AddOutput(Input<int16_t>({2}, {}, Quant(1)));
      ASSERT_EQ(row.Run(), Status::kOk) << row.Reason();
      EXPECT_THAT(row.Output<int16_t>(), ElementsAre(9, 11)) << count << " " << best;
      OpTest column(kReduceMinOp);
      column.Add(Input<int16_t>({2, count}, input, Quant(1))).Add(Constant<int32_t>({1}, {0}));
      column.AddOutput(Input<int16_t>({count}, {}, Quant(1)));
      ASSERT_EQ(column.Run(), Status::kOk) << column.Reason();
      const bool same = 2 * best == count - 1;
      std::vector<int16_t> expected(static_cast<size_t>(count), -5);
      if (same) expected[static_cast<size_t>(best)] = 9;
      EXPECT_EQ(column.Output<int16_t>(), expected) << count << " " << best;
    }
  }
}

TEST(ReduceMax, RefusesWhatDoesNotFit) {
  OpTest axis(kReduceMaxOp);
  axis.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({1}, {5})).AddOutput(Input<float>({}));
  EXPECT_EQ(axis.Run(), Status::kInvalidShape);
  OpTest scale(kReduceMaxOp);
  scale.Add(Input<int8_t>({2}, {}, Quant(1))).Add(Constant<int32_t>({1}, {0}));
  scale.AddOutput(Input<int8_t>({}, {}, Quant(2)));
  EXPECT_EQ(scale.Run(), Status::kInvalidQuantization);
  OpTest type(kReduceAllOp);
  type.Add(Input<int8_t>({2})).Add(Constant<int32_t>({1}, {0})).AddOutput(Input<int8_t>({}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
