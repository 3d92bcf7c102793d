#include "micro/kernels/fill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Fill, WithOneValue) {
  OpTest op(kFillOp);
  op.Add(Constant<int32_t>({2}, {2, 2})).Add(Input<int16_t>({}, {-7}));
  op.AddOutput(Input<int16_t>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(-7, -7, -7, -7));
}

TEST(Fill, RefusesOtherDimensions) {
  OpTest constant(kFillOp);
  constant.Add(Constant<int32_t>({1}, {3})).Add(Input<float>({})).AddOutput(Input<float>({2}));
  EXPECT_EQ(constant.Run(), Status::kInvalidShape);
  OpTest computed(kFillOp);
  computed.Add(Input<int64_t>({1}, {-2})).Add(Input<float>({}, {1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(computed.Run(), Status::kInvalidShape);
  EXPECT_THAT(computed.Reason(), HasSubstr("dimensions"));
}

}  // namespace
}  // namespace millrace::micro::testing
