#include "micro/kernels/space_to_depth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SpaceToDepth, ThereAndBack) {
  OpTest there(kSpaceToDepthOp);
  there.Add(Input<int8_t>({1, 2, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 8}));
  there.AddOutput(Input<int8_t>({1, 1, 2, 4}));
  there.Set(Options().Set(SpaceToDepthOptions::kBlockSize, int32_t{2}));
  ASSERT_EQ(there.Run(), Status::kOk) << there.Reason();
  EXPECT_THAT(there.Output<int8_t>(), ElementsAre(1, 2, 5, 6, 3, 4, 7, 8));
  OpTest back(kDepthToSpaceOp);
  back.Add(Input<int8_t>({1, 1, 2, 4}, there.Output<int8_t>()));
  back.AddOutput(Input<int8_t>({1, 2, 4, 1}));
  back.Set(Options().Set(DepthToSpaceOptions::kBlockSize, int32_t{2}));
  ASSERT_EQ(back.Run(), Status::kOk) << back.Reason();
  EXPECT_THAT(back.Output<int8_t>(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(SpaceToDepth, RefusesBlocksThatDoNotFit) {
  for (const int32_t block : {0, -1, 1, 3, INT32_MAX, INT32_MIN}) {
    OpTest op(kSpaceToDepthOp);
    op.Add(Input<float>({1, 2, 2, 1})).AddOutput(Input<float>({1, 1, 1, 4}));
    op.Set(Options().Set(SpaceToDepthOptions::kBlockSize, block));
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
