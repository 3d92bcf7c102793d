#include "micro/kernels/embedding_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(EmbeddingLookup, Rows) {
  OpTest op(kEmbeddingLookupOp);
  op.Add(Input<int32_t>({2}, {2, 0})).Add(Constant<int16_t>({3, 2}, {1, 2, 3, 4, 5, 6}));
  op.AddOutput(Input<int16_t>({2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(5, 6, 1, 2));
}

TEST(EmbeddingLookup, DequantisesInt8AndInt4) {
  OpTest bytes(kEmbeddingLookupOp);
  bytes.Add(Input<int32_t>({1}, {1}));
  bytes.Add(Constant<int8_t>({2, 3}, {1, 2, 3, -4, 5, 127}, QuantBy(0, {1, 0.5f})));
  bytes.AddOutput(Input<float>({1, 3}));
  ASSERT_EQ(bytes.Run(), Status::kOk) << bytes.Reason();
  EXPECT_THAT(bytes.Output<float>(), ElementsAre(-2, 2.5f, 63.5f));
  OpTest halves(kEmbeddingLookupOp);
  halves.Add(Input<int32_t>({2}, {1, 0}));
  halves.Add(ConstantInt4({2, 3}, {1, -8, 3, -4, 5, 7}, Quant(2)));
  halves.AddOutput(Input<float>({2, 3}));
  ASSERT_EQ(halves.Run(), Status::kOk) << halves.Reason();
  EXPECT_THAT(halves.Output<float>(), ElementsAre(-8, 10, 14, 2, -16, 6));
}

TEST(EmbeddingLookup, RefusesRowsOutside) {
  for (const int32_t row : {3, -1, INT32_MAX}) {
    OpTest op(kEmbeddingLookupOp);
    op.Add(Input<int32_t>({1}, {row})).Add(Constant<float>({3, 1}, {1, 2, 3}));
    op.AddOutput(Input<float>({1, 1}));
    EXPECT_EQ(op.Run(), Status::kInvokeFailed);
  }
  OpTest scales(kEmbeddingLookupOp);
  scales.Add(Input<int32_t>({1})).Add(Constant<int8_t>({3, 1}, {1, 2, 3}, QuantBy(0, {1, 2})));
  scales.AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
