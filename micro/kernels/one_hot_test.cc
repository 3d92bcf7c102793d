#include "micro/kernels/one_hot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(OneHot, AlongEitherAxis) {
  OpTest last(kOneHotOp);
  last.Add(Input<int32_t>({3}, {1, -1, 0})).Add(Constant<int32_t>({}, {2}));
  last.Add(Constant<int8_t>({}, {5})).Add(Constant<int8_t>({}, {-5}));
  last.AddOutput(Input<int8_t>({3, 2})).Set(Options().Set(OneHotOptions::kAxis, -1));
  ASSERT_EQ(last.Run(), Status::kOk) << last.Reason();
  EXPECT_THAT(last.Output<int8_t>(), ElementsAre(-5, 5, -5, -5, 5, -5));
  OpTest first(kOneHotOp);
  first.Add(Input<int64_t>({3}, {1, 2, 0})).Add(Constant<int32_t>({1}, {2}));
  first.Add(Constant<float>({}, {1})).Add(Constant<float>({}, {0}));
  first.AddOutput(Input<float>({2, 3})).Set(Options().Set(OneHotOptions::kAxis, 0));
  ASSERT_EQ(first.Run(), Status::kOk) << first.Reason();
  EXPECT_THAT(first.Output<float>(), ElementsAre(0, 0, 1, 1, 0, 0));
}

TEST(OneHot, RefusesWhatDoesNotFit) {
  for (const auto& [axis, depth] : {std::pair(2, 2), {-1, 3}}) {
    OpTest op(kOneHotOp);
    op.Add(Input<int32_t>({3}, {0, 1, 2})).Add(Input<int32_t>({}, {depth}));
    op.Add(Constant<float>({}, {1})).Add(Constant<float>({}, {0}));
    op.AddOutput(Input<float>({3, 2})).Set(Options().Set(OneHotOptions::kAxis, axis));
    EXPECT_EQ(op.Run(), Status::kInvalidShape) << axis;
  }
}

}  // namespace
}  // namespace millrace::micro::testing
