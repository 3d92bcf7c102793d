#include "micro/kernels/gather_nd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(GatherNd, SlicesAndElements) {
  OpTest slices(kGatherNdOp);
  slices.Add(Input<int8_t>({2, 2}, {1, 2, 3, 4})).Add(Input<int32_t>({2, 1}, {1, 0}));
  slices.AddOutput(Input<int8_t>({2, 2}));
  ASSERT_EQ(slices.Run(), Status::kOk) << slices.Reason();
  EXPECT_THAT(slices.Output<int8_t>(), ElementsAre(3, 4, 1, 2));
  OpTest elements(kGatherNdOp);
  elements.Add(Input<float>({2, 2}, {1, 2, 3, 4})).Add(Input<int64_t>({2, 2}, {1, 0, 0, 1}));
  elements.AddOutput(Input<float>({2}));
  ASSERT_EQ(elements.Run(), Status::kOk) << elements.Reason();
  EXPECT_THAT(elements.Output<float>(), ElementsAre(3, 2));
}

TEST(GatherNd, ScatterAddsUpdatesOfOnePlace) {
  OpTest op(kScatterNdOp);
  op.Add(Input<int32_t>({3, 1}, {2, 0, 2})).Add(Input<int32_t>({3, 2}, {1, 2, 3, 4, 5, 6}));
  op.Add(Constant<int32_t>({2}, {4, 2})).AddOutput(Input<int32_t>({4, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int32_t>(), ElementsAre(3, 4, 0, 0, 6, 8, 0, 0));
}

TEST(GatherNd, RefusesIndicesOutside) {
  for (const int32_t index : {2, -1, INT32_MIN}) {
    OpTest gather(kGatherNdOp);
    gather.Add(Input<float>({2, 2}, {1, 2, 3, 4})).Add(Input<int32_t>({1, 2}, {0, index}));
    gather.AddOutput(Input<float>({1}));
    EXPECT_EQ(gather.Run(), Status::kInvokeFailed);
    OpTest scatter(kScatterNdOp);
    scatter.Add(Input<int32_t>({1, 1}, {index})).Add(Input<float>({1}, {1}));
    scatter.Add(Constant<int32_t>({1}, {2})).AddOutput(Input<float>({2}));
    EXPECT_EQ(scatter.Run(), Status::kInvokeFailed);
  }
  OpTest deep(kGatherNdOp);
  deep.Add(Input<float>({2})).Add(Input<int32_t>({1, 2})).AddOutput(Input<float>({1}));
  EXPECT_EQ(deep.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
