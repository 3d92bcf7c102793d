#include "micro/kernels/logical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Logical, AndOrNot) {
  for (const bool conjunction : {true, false}) {
    OpTest op(conjunction ? kLogicalAndOp : kLogicalOrOp);
    op.Add(Input<bool>({2, 1}, {true, false})).Add(Input<bool>({2}, {true, false}));
    op.AddOutput(Input<bool>({2, 2}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<bool>(), ElementsAre(true, !conjunction, !conjunction, false));
  }
  OpTest op(kLogicalNotOp);
  op.Add(Input<bool>({3}, {true, false, true})).AddOutput(Input<bool>({3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<bool>(), ElementsAre(false, true, false));
}

TEST(Logical, RefusesOtherTypesAndShapes) {
  OpTest types(kLogicalAndOp);
  types.Add(Input<int32_t>({1})).Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest shapes(kLogicalNotOp);
  shapes.Add(Input<bool>({3})).AddOutput(Input<bool>({2}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
