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
