#include "micro/kernels/zeros_like.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(ZerosLike, EveryType) {
  OpTest real(kZerosLikeOp);
  real.Add(Input<float>({2, 2}, {1, 2, 3, 4})).AddOutput(Input<float>({2, 2}));
  ASSERT_EQ(real.Run(), Status::kOk) << real.Reason();
  EXPECT_THAT(real.Output<float>(), ElementsAre(0, 0, 0, 0));
  OpTest wide(kZerosLikeOp);
  wide.Add(Input<int64_t>({1}, {1})).AddOutput(Input<int64_t>({1}));
  ASSERT_EQ(wide.Run(), Status::kOk) << wide.Reason();
  EXPECT_THAT(wide.Output<int64_t>(), ElementsAre(0));
}

TEST(ZerosLike, RefusesWhatDoesNotFit) {
  OpTest types(kZerosLikeOp);
  types.Add(Input<float>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);
  OpTest shapes(kZerosLikeOp);
  shapes.Add(Input<float>({1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
