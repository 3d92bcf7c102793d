#include "micro/kernels/atan2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

TEST(Atan2, AllQuarters) {
  OpTest op(kAtan2Op);
  op.Add(Input<float>({4}, {1, 1, -1, 0})).Add(Input<float>({4}, {1, -1, -1, -1}));
  op.AddOutput(Input<float>({4}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const float eighth = 0.78539816f;
  EXPECT_THAT(op.Output<float>(), ElementsAre(FloatEq(eighth), FloatEq(3 * eighth),
                                              FloatEq(-3 * eighth), FloatEq(4 * eighth)));
}

TEST(Atan2, RefusesIntegers) {
  OpTest op(kAtan2Op);
  op.Add(Input<int32_t>({1})).Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
