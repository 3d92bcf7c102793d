#include "micro/kernels/reverse_sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Make(const std::vector<int32_t>& lengths, int32_t sequence, int32_t batch) {
  OpTest op(kReverseSequenceOp);
  op.Add(Input<int16_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  op.Add(Input<int32_t>({static_cast<int32_t>(lengths.size())}, lengths));
  op.AddOutput(Input<int16_t>({2, 3}));
  op.Set(Options()
             .Set(ReverseSequenceOptions::kSeqDim, sequence)
             .Set(ReverseSequenceOptions::kBatchDim, batch));
  return op;
}

TEST(ReverseSequence, AsFarAsTheLength) {
  OpTest rows = Make({2, 0}, 1, 0);
  ASSERT_EQ(rows.Run(), Status::kOk) << rows.Reason();
  EXPECT_THAT(rows.Output<int16_t>(), ElementsAre(2, 1, 3, 4, 5, 6));
  OpTest columns = Make({2, 1, 2}, 0, 1);
  ASSERT_EQ(columns.Run(), Status::kOk) << columns.Reason();
  EXPECT_THAT(columns.Output<int16_t>(), ElementsAre(4, 2, 6, 1, 5, 3));
}

TEST(ReverseSequence, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Make({4, 0}, 1, 0).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make({-1, 0}, 1, 0).Run(), Status::kInvokeFailed);
  EXPECT_EQ(Make({1, 1, 1}, 1, 0).Run(), Status::kInvalidShape);
  EXPECT_EQ(Make({1, 1}, 0, 0).Run(), Status::kInvalidShape);
  EXPECT_EQ(Make({1, 1}, 2, 0).Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
