#include "micro/kernels/pad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(Pad, WithTheZeroPoint) {
  OpTest op(kPadOp);
  op.Add(Input<int8_t>({1, 2}, {5, 6}, Quant(0.5f, -3)));
  op.Add(Constant<int32_t>({2, 2}, {1, 0, 0, 1}));
  op.AddOutput(Input<int8_t>({2, 3}, {}, Quant(0.5f, -3)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-3, -3, -3, 5, 6, -3));
}

TEST(Pad, WithAValue) {
  OpTest op(kPadV2Op);
  op.Add(Input<float>({2}, {5, 6})).Add(Constant<int64_t>({1, 2}, {2, 1}));
  op.Add(Constant<float>({}, {1.5f})).AddOutput(Input<float>({5}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(1.5f, 1.5f, 5, 6, 1.5f));
}

TEST(Pad, RefusesWhatDoesNotFit) {
  for (const auto& paddings : std::vector<std::vector<int64_t>>{
           {1, 1}, {-1, 2}, {2, -1}, {INT64_MAX, INT64_MIN}, {INT64_MIN, INT64_MAX}}) {
    OpTest constant(kPadOp);
    constant.Add(Input<float>({2})).Add(Constant<int64_t>({1, 2}, paddings));
    constant.AddOutput(Input<float>({3}));
    EXPECT_EQ(constant.Run(), Status::kInvalidShape);
    OpTest computed(kPadOp);
    computed.Add(Input<float>({2}, {1, 2})).Add(Input<int64_t>({1, 2}, paddings));
    computed.AddOutput(Input<float>({3}));
    EXPECT_EQ(computed.Run(), Status::kInvalidShape);
  }
  OpTest value(kPadV2Op);
  value.Add(Input<float>({2})).Add(Constant<int32_t>({1, 2}, {0, 1}));
  value.Add(Constant<int32_t>({}, {1})).AddOutput(Input<float>({3}));
  EXPECT_EQ(value.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
