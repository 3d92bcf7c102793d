#include "micro/kernels/bucketize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

std::vector<int32_t> Words(const std::vector<float>& values) {
  std::vector<int32_t> words;
  for (const float value : values) {
    int32_t word;
    std::memcpy(&word, &value, sizeof(word));
    words.push_back(word);
  }
  return words;
}

TEST(Bucketize, ABoundaryBelongsToTheUpperInterval) {
  OpTest op(kBucketizeOp);
  op.Add(Input<float>({5}, {-5, 0, 9.9f, 10, 1e9f})).AddOutput(Input<int32_t>({5}));
  op.Set(Options().Set(BucketizeOptions::kBoundaries, Words({0, 10, 100})));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(0, 1, 1, 2, 3));
}

TEST(Bucketize, RefusesBoundariesThatFall) {
  OpTest op(kBucketizeOp);
  op.Add(Input<int32_t>({1})).AddOutput(Input<int32_t>({1}));
  op.Set(Options().Set(BucketizeOptions::kBoundaries, Words({1, 0})));
  EXPECT_EQ(op.Run(), Status::kInvalidModel);
  OpTest none(kBucketizeOp);
  none.Add(Input<int32_t>({1}, {7})).AddOutput(Input<int32_t>({1}));
  ASSERT_EQ(none.Run(), Status::kOk);
  EXPECT_THAT(none.Output<int32_t>(), ElementsAre(0));
}

}  // namespace
}  // namespace millrace::micro::testing
