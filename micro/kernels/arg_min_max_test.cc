#include "micro/kernels/arg_min_max.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(ArgMinMax, TheFirstOfEqualOnes) {
  OpTest max(kArgMaxOp);
  max.Add(Input<int8_t>({2, 3}, {1, 7, 7, -1, -3, -3})).Add(Constant<int32_t>({}, {-1}));
  max.AddOutput(Input<int32_t>({2}));
  ASSERT_EQ(max.Run(), Status::kOk) << max.Reason();
  EXPECT_THAT(max.Output<int32_t>(), ElementsAre(1, 0));
  OpTest min(kArgMinOp);
  min.Add(Input<float>({3, 2}, {1, 7, 0, -1, 0, -3})).Add(Input<int64_t>({1}, {0}));
  min.AddOutput(Input<int64_t>({2}));
  ASSERT_EQ(min.Run(), Status::kOk) << min.Reason();
  EXPECT_THAT(min.Output<int64_t>(), ElementsAre(1, 2));
}

// Long rows are searched many elements at a time.
TEST(ArgMinMax, TheFirstOfEqualOnesInRowsOfAnyLength) {
  for (const int32_t count : {1, 15, 16, 17, 40, 511, 600}) {
    for (int32_t best = 0; best < count; best += 13) {
      std::vector<float> input(2 * static_cast<size_t>(count), 1.0f);
      input[static_cast<size_t>(best)] = 2.0f;
      input[static_cast<size_t>(count - 1)] = 2.0f;
      input[static_cast<size_t>(count)] = NAN;  // the second row's first
      OpTest op(kArgMaxOp);
      op.Add(Input<float>({2, count}, input)).Add(Constant<int32_t>({}, {1}));
      op.AddOutput(Input<int32_t>({2}));
      ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
      EXPECT_THAT(op.Output<int32_t>(), ElementsAre(best, 0)) << count;
    }
  }
}

TEST(ArgMinMax, RefusesWhatDoesNotFit) {
  OpTest axis(kArgMaxOp);
  axis.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({}, {1})).AddOutput(Input<int32_t>({}));
  EXPECT_EQ(axis.Run(), Status::kInvalidShape);
  OpTest empty(kArgMaxOp);
  empty.Add(Input<float>({0})).Add(Constant<int32_t>({}, {0})).AddOutput(Input<int32_t>({}));
  EXPECT_EQ(empty.Run(), Status::kInvalidShape);
  OpTest type(kArgMaxOp);
  type.Add(Input<float>({2})).Add(Constant<int32_t>({}, {0})).AddOutput(Input<float>({}));
  EXPECT_EQ(type.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
