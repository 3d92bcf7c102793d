#include "micro/kernels/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options At(int32_t axis, int32_t batch_dims = 0) {
  return Options().Set(GatherOptions::kAxis, axis).Set(GatherOptions::kBatchDims, batch_dims);
}

TEST(Gather, Rows) {
  OpTest op(kGatherOp);
  op.Add(Input<int8_t>({3, 2}, {1, 2, 3, 4, 5, 6})).Add(Input<int64_t>({4}, {2, 0, 2, 1}));
  op.AddOutput(Input<int8_t>({4, 2})).Set(At(0));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(5, 6, 1, 2, 5, 6, 3, 4));
}

TEST(Gather, ColumnsByAMatrix) {
  OpTest op(kGatherOp);
  op.Add(Input<float>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(Input<int32_t>({1, 2}, {2, 0}));
  op.AddOutput(Input<float>({2, 1, 2})).Set(At(-1));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(3, 1, 6, 4));
}

TEST(Gather, InBatches) {
  OpTest op(kGatherOp);
  op.Add(Input<int16_t>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(Input<int32_t>({2, 2}, {2, 0, 1, 1}));
  op.AddOutput(Input<int16_t>({2, 2})).Set(At(1, 1));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(3, 1, 5, 5));
}

TEST(Gather, OfInt4Values) {
  OpTest op(kGatherOp);
  op.Add(ConstantInt4({3}, {1, -2, 3})).Add(Input<int32_t>({3}, {2, 1, 0}));
  TestTensor output;
  output.type = TensorType::kInt4;
  output.shape = {3};
  op.AddOutput(output);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const auto* bytes = op.interpreter().output(0).data<uint8_t>();
  EXPECT_EQ(bytes[0], 0xE3);
  EXPECT_EQ(bytes[1] & 0xF, 1);
}

TEST(Gather, RefusesPositionsOutside) {
  for (const int32_t position : {3, -1, INT32_MAX, INT32_MIN}) {
    OpTest op(kGatherOp);
    op.Add(Input<float>({3}, {1, 2, 3})).Add(Input<int32_t>({1}, {position}));
    op.AddOutput(Input<float>({1}));
    EXPECT_EQ(op.Run(), Status::kInvokeFailed);
    EXPECT_THAT(op.Reason(), HasSubstr("outside"));
  }
}

TEST(Gather, RefusesWhatDoesNotFit) {
  for (const Options& options : {At(2), At(-3), At(0, 1), At(1, 2), At(1, -3)}) {
    OpTest op(kGatherOp);
    op.Add(Input<float>({2, 2})).Add(Input<int32_t>({2, 1})).AddOutput(Input<float>({2, 1, 2}));
    op.Set(options);
    EXPECT_EQ(op.Run(), Status::kInvalidShape);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
