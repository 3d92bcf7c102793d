#include "micro/kernels/sparse_to_dense.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(SparseToDense, ValuesAtTheirPlaces) {
  OpTest op(kSparseToDenseOp);
  op.Add(Input<int32_t>({2, 2}, {0, 1, 1, 2})).Add(Constant<int32_t>({2}, {2, 3}));
  op.Add(Input<int8_t>({2}, {5, 6})).Add(Constant<int8_t>({}, {-1}));
  op.AddOutput(Input<int8_t>({2, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-1, 5, -1, -1, -1, 6));
}

TEST(SparseToDense, OneValueForAll) {
  OpTest op(kSparseToDenseOp);
  op.Add(Input<int64_t>({2}, {3, 0})).Add(Constant<int64_t>({1}, {4}));
  op.Add(Input<float>({}, {2})).Add(Constant<float>({}, {0}));
  op.AddOutput(Input<float>({4}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(2, 0, 0, 2));
}

TEST(SparseToDense, RefusesWhatDoesNotFit) {
  for (const auto& [index, size] : {std::pair(-1, 4), {4, 4}, {0, 5}}) {
    OpTest op(kSparseToDenseOp);
    op.Add(Input<int32_t>({}, {index})).Add(Input<int32_t>({1}, {size}));
    op.Add(Input<float>({}, {2})).Add(Constant<float>({}, {0})).AddOutput(Input<float>({4}));
    EXPECT_EQ(op.Run(), size == 4 ? Status::kInvokeFailed : Status::kInvalidShape);
  }
}

}  // namespace
}  // namespace millrace::micro::testing
