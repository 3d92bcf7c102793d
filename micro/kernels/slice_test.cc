#include "micro/kernels/slice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Example(const TestTensor& begin, const TestTensor& size) {
  OpTest op(kSliceOp);
  op.Add(Input<int8_t>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(begin).Add(size);
  op.AddOutput(Input<int8_t>({1, 2}));
  return op;
}

TEST(Slice, TakesABox) {
  OpTest op = Example(Constant<int32_t>({2}, {1, 1}), Constant<int32_t>({2}, {1, -1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(5, 6));
}

TEST(Slice, WhereAnInputSays) {
  OpTest op = Example(Input<int64_t>({2}, {0, 1}), Constant<int64_t>({2}, {1, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(2, 3));
}

TEST(Slice, RefusesBoxesOutside) {
  for (const auto& [begin, size] :
       std::vector<std::pair<std::vector<int64_t>, std::vector<int64_t>>>{
           {{1, 2}, {1, 2}},
           {{-1, 0}, {1, 2}},
           {{3, 0}, {1, 2}},
           {{0, 0}, {1, -2}},
           {{INT64_MAX, 0}, {1, 2}},
           {{0, INT64_MIN}, {1, 2}},
           {{0, 0}, {1, INT64_MAX}}}) {
    OpTest constant = Example(Constant<int64_t>({2}, begin), Constant<int64_t>({2}, size));
    EXPECT_EQ(constant.Run(), Status::kInvalidShape);
    OpTest computed = Example(Input<int64_t>({2}, begin), Input<int64_t>({2}, size));
    EXPECT_EQ(computed.Run(), Status::kInvalidShape);
  }
}

TEST(Slice, OfInt4Values) {
  OpTest op(kSliceOp);
  op.Add(ConstantInt4({5}, {1, -2, 3, -4, 5})).Add(Constant<int32_t>({1}, {1}));
  op.Add(Constant<int32_t>({1}, {3}));
  TestTensor output;
  output.type = TensorType::kInt4;
  output.shape = {3};
  op.AddOutput(output);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const auto* bytes = op.interpreter().output(0).data<uint8_t>();
  EXPECT_EQ(bytes[0], 0x3E);
  EXPECT_EQ(bytes[1] & 0xF, 0xC);
}

}  // namespace
}  // namespace millrace::micro::testing
