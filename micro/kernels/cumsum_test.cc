#include "micro/kernels/cumsum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
std::vector<T> Sums(int32_t axis, bool exclusive, bool reverse) {
  OpTest op(kCumsumOp);
  op.Add(Input<T>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(Constant<int32_t>({}, {axis}));
  op.AddOutput(Input<T>({2, 3}));
  op.Set(Options().Set(CumsumOptions::kExclusive, exclusive).Set(CumsumOptions::kReverse, reverse));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<T>();
}

TEST(Cumsum, AllWays) {
  EXPECT_THAT(Sums<float>(1, false, false), ElementsAre(1, 3, 6, 4, 9, 15));
  EXPECT_THAT(Sums<int32_t>(-1, true, false), ElementsAre(0, 1, 3, 0, 4, 9));
  EXPECT_THAT(Sums<int64_t>(1, false, true), ElementsAre(6, 5, 3, 15, 11, 6));
  EXPECT_THAT(Sums<float>(0, true, true), ElementsAre(4, 5, 6, 0, 0, 0));
}

// Recorded from tflite-micro.
TEST(Cumsum, Int8) {
  OpTest op(kCumsumOp);
  op.Add(Input<int8_t>({5}, {1, 2, 3, 4, 50}, Quant(0.5f, 7))).Add(Constant<int32_t>({1}, {0}));
  op.AddOutput(Input<int8_t>({5}, {}, Quant(0.25f, 3)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-23, -33, -41, -47, 39));
}

TEST(Cumsum, RefusesWhatDoesNotFit) {
  OpTest axis(kCumsumOp);
  axis.Add(Input<float>({2}, {1, 2})).Add(Input<int32_t>({}, {1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(axis.Run(), Status::kInvalidShape);
  OpTest scale(kCumsumOp);
  scale.Add(Input<int8_t>({2}, {}, Quant(1))).Add(Constant<int32_t>({}, {0}));
  scale.AddOutput(Input<int8_t>({2}));
  EXPECT_EQ(scale.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
