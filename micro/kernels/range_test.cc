#include "micro/kernels/range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
OpTest Make(T start, T limit, T delta, int32_t count) {
  OpTest op(kRangeOp);
  op.Add(Constant<T>({}, {start})).Add(Constant<T>({}, {limit})).Add(Input<T>({}, {delta}));
  op.AddOutput(Input<T>({count}));
  return op;
}

TEST(Range, UpToTheLimit) {
  OpTest up = Make<int32_t>(1, 8, 3, 3);
  ASSERT_EQ(up.Run(), Status::kOk) << up.Reason();
  EXPECT_THAT(up.Output<int32_t>(), ElementsAre(1, 4, 7));
  OpTest down = Make<float>(1, 0, -0.5f, 2);
  ASSERT_EQ(down.Run(), Status::kOk) << down.Reason();
  EXPECT_THAT(down.Output<float>(), ElementsAre(1, 0.5f));
  OpTest none = Make<int64_t>(3, 3, 1, 0);
  EXPECT_EQ(none.Run(), Status::kOk) << none.Reason();
}

TEST(Range, RefusesEndlessAndOtherSizes) {
  EXPECT_EQ(Make<int32_t>(0, 3, 0, 3).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make<int32_t>(0, 3, -1, 3).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make<int32_t>(0, 3, 1, 4).Run(), Status::kInvalidShape);
  EXPECT_EQ(Make<int64_t>(INT64_MIN, INT64_MAX, 1, 4).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make<float>(0, 3, std::numeric_limits<float>::quiet_NaN(), 3).Run(),
            Status::kInvokeFailed);
}

}  // namespace
}  // namespace millrace::micro::testing
