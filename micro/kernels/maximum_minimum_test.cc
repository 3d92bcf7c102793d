#include "micro/kernels/maximum_minimum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
void ExpectBoth(Quantization quantization = {}) {
  for (const bool maximum : {true, false}) {
    OpTest op(maximum ? kMaximumOp : kMinimumOp);
    op.Add(Input<T>({2, 3}, {1, 2, 3, 100, 5, 6}, quantization));
    op.Add(Input<T>({3}, {4, 1, 3}, quantization));
    op.AddOutput(Input<T>({2, 3}, {}, quantization));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    if (maximum) {
      EXPECT_THAT(op.Output<T>(), ElementsAre(4, 2, 3, 100, 5, 6));
    } else {
      EXPECT_THAT(op.Output<T>(), ElementsAre(1, 1, 3, 4, 1, 3));
    }
  }
}

TEST(MaximumMinimum, EveryType) {
  ExpectBoth<float>();
  ExpectBoth<int8_t>(Quant(0.5f, -3));
  ExpectBoth<uint8_t>(Quant(0.5f, 3));
  ExpectBoth<int16_t>(Quant(0.5f));
  ExpectBoth<int32_t>();
  ExpectBoth<int64_t>();
}

TEST(MaximumMinimum, RefusesOtherTypes) {
  OpTest op(kMaximumOp);
  op.Add(Input<bool>({1})).Add(Input<bool>({1})).AddOutput(Input<bool>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
