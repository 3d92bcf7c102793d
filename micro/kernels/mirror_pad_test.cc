#include "micro/kernels/mirror_pad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OpTest Example(int8_t mode, const TestTensor& paddings, std::vector<int32_t> out_shape) {
  OpTest op(kMirrorPadOp);
  op.Add(Input<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(paddings);
  op.AddOutput(Input<int32_t>(std::move(out_shape)));
  op.Set(Options().Set(MirrorPadOptions::kMode, mode));
  return op;
}

TEST(MirrorPad, Reflect) {
  OpTest op = Example(0, Constant<int32_t>({2, 2}, {1, 1, 2, 0}), {4, 5});
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(),
              ElementsAre(6, 5, 4, 5, 6, 3, 2, 1, 2, 3, 6, 5, 4, 5, 6, 3, 2, 1, 2, 3));
}

TEST(MirrorPad, Symmetric) {
  OpTest op = Example(1, Constant<int32_t>({2, 2}, {1, 0, 1, 2}), {3, 6});
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(),
              ElementsAre(1, 1, 2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 4, 4, 5, 6, 6, 5));
}

TEST(MirrorPad, RefusesWhatIsLongerThanWhatItMirrors) {
  OpTest reflect = Example(0, Constant<int32_t>({2, 2}, {2, 0, 0, 0}), {4, 3});
  EXPECT_EQ(reflect.Run(), Status::kInvalidShape);
  OpTest symmetric = Example(1, Input<int32_t>({2, 2}, {3, 0, 0, 0}), {5, 3});
  EXPECT_EQ(symmetric.Run(), Status::kInvalidShape);
  EXPECT_THAT(symmetric.Reason(), HasSubstr("mirrors"));
  OpTest mode = Example(2, Constant<int32_t>({2, 2}, {0, 0, 0, 0}), {2, 3});
  EXPECT_EQ(mode.Run(), Status::kUnsupported);
}

}  // namespace
}  // namespace millrace::micro::testing
