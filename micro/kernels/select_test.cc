#include "micro/kernels/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
void ExpectChoice() {
  OpTest op(kSelectV2Op);
  op.Add(Input<bool>({2, 1}, {true, false})).Add(Input<T>({2}, {1, 2}));
  op.Add(Input<T>({}, {9})).AddOutput(Input<T>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<T>(), ElementsAre(1, 2, 9, 9));
}

TEST(Select, V2BroadcastsEveryType) {
  ExpectChoice<float>();
  ExpectChoice<int8_t>();
  ExpectChoice<int16_t>();
  ExpectChoice<int32_t>();
  ExpectChoice<int64_t>();
}

TEST(Select, ByElementByRowAndByScalar) {
  const std::vector<float> a = {1, 2, 3, 4}, b = {-1, -2, -3, -4};
  const auto run = [&](std::vector<int32_t> shape, const std::vector<bool>& condition) {
    OpTest op(kSelectOp);
    op.Add(Input<bool>(std::move(shape), condition));
    op.Add(Input<float>({2, 2}, a)).Add(Input<float>({2, 2}, b)).AddOutput(Input<float>({2, 2}));
    EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
    return op.Output<float>();
  };
  EXPECT_THAT(run({2, 2}, {true, false, false, true}), ElementsAre(1, -2, -3, 4));
  EXPECT_THAT(run({2}, {true, false}), ElementsAre(1, 2, -3, -4));
  EXPECT_THAT(run({}, {false}), ElementsAre(-1, -2, -3, -4));
}

TEST(Select, RefusesWhatDoesNotFit) {
  OpTest condition(kSelectV2Op);
  condition.Add(Input<float>({1})).Add(Input<float>({1})).Add(Input<float>({1}));
  condition.AddOutput(Input<float>({1}));
  EXPECT_EQ(condition.Run(), Status::kUnsupportedType);
  OpTest rows(kSelectOp);
  rows.Add(Input<bool>({3})).Add(Input<float>({2, 3})).Add(Input<float>({2, 3}));
  rows.AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(rows.Run(), Status::kInvalidShape);
  OpTest broadcast(kSelectOp);
  broadcast.Add(Input<bool>({2})).Add(Input<float>({1})).Add(Input<float>({2}));
  broadcast.AddOutput(Input<float>({2}));
  EXPECT_EQ(broadcast.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
