#include "micro/kernels/batch_matmul.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

Options Adjoint(bool x, bool y) {
  return Options().Set(BatchMatMulOptions::kAdjX, x).Set(BatchMatMulOptions::kAdjY, y);
}

// {{1, 2, 3}, {4, 5, 6}} times {{1, 2}, {3, 4}, {5, 6}} is {{22, 28}, {49, 64}}, however the
// operands are stored.
TEST(BatchMatmul, FloatInAllFourOrders) {
  for (int order = 0; order < 4; ++order) {
    const bool adj_x = order % 2 != 0, adj_y = order / 2 != 0;
    OpTest op(kBatchMatmulOp);
    op.Add(adj_x ? Input<float>({3, 2}, {1, 4, 2, 5, 3, 6})
                 : Input<float>({2, 3}, {1, 2, 3, 4, 5, 6}));
    op.Add(adj_y ? Input<float>({2, 3}, {1, 3, 5, 2, 4, 6})
                 : Input<float>({3, 2}, {1, 2, 3, 4, 5, 6}));
    op.AddOutput(Input<float>({2, 2})).Set(Adjoint(adj_x, adj_y));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<float>(), ElementsAre(22, 28, 49, 64)) << order;
  }
}

TEST(BatchMatmul, BatchesBroadcast) {
  // x: batches [2, 1], y: batches [3]; matrices of one element.
  OpTest op(kBatchMatmulOp);
  op.Add(Input<float>({2, 1, 1, 1}, {10, 100})).Add(Input<float>({3, 1, 1}, {1, 2, 3}));
  op.AddOutput(Input<float>({2, 3, 1, 1}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(10, 20, 30, 100, 200, 300));
}

// Real values x {{1, -0.5}}, y {{2, 1}, {4, -1}}: {{0, 1.5}}.
TEST(BatchMatmul, Int8AndInt16) {
  OpTest op8(kBatchMatmulOp);
  op8.Add(Input<int8_t>({1, 2}, {3, 0}, Quant(0.5f, 1)));
  op8.Add(Input<int8_t>({2, 2}, {6, 2, 14, -6}, Quant(0.25f, -2)));
  op8.AddOutput(Input<int8_t>({1, 2}, {}, Quant(0.125f, 7)));
  ASSERT_EQ(op8.Run(), Status::kOk) << op8.Reason();
  EXPECT_THAT(op8.Output<int8_t>(), ElementsAre(7, 7 + 12));

  OpTest op16(kBatchMatmulOp);
  op16.Add(Input<int16_t>({1, 2}, {2, -1}, Quant(0.5f)));
  op16.Add(Input<int16_t>({2, 2}, {8, 4, 16, -4}, Quant(0.25f)));
  op16.AddOutput(Input<int16_t>({1, 2}, {}, Quant(0.125f)));
  ASSERT_EQ(op16.Run(), Status::kOk) << op16.Reason();
  EXPECT_THAT(op16.Output<int16_t>(), ElementsAre(0, 12));
}

TEST(BatchMatmul, HybridIsTheFloatProductUpToStepsOfX) {
  for (int order = 0; order < 4; ++order) {
    const bool adj_x = order % 2 != 0, asymmetric = order / 2 != 0;
    OpTest op(kBatchMatmulOp);
    op.Add(adj_x ? Input<float>({2, 2}, {1, -2, 0.5f, 3}) : Input<float>({2, 2}, {1, 0.5f, -2, 3}));
    op.Add(Constant<int8_t>({2, 2}, {50, 100, -100, 20}, Quant(0.01f)));
    op.AddOutput(Input<float>({2, 2}));
    op.Set(Adjoint(adj_x, false).Set(BatchMatMulOptions::kAsymmetricQuantizeInputs, asymmetric));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<float>(), Pointwise(FloatNear(0.03f), {0.0f, 1.1f, -4.0f, -1.4f}));
  }
}

TEST(BatchMatmul, RefusesWhatDoesNotFit) {
  OpTest inner(kBatchMatmulOp);
  inner.Add(Input<float>({2, 3})).Add(Input<float>({2, 3})).AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(inner.Run(), Status::kInvalidShape);
  EXPECT_THAT(inner.Reason(), HasSubstr("matrices"));

  OpTest batch(kBatchMatmulOp);
  batch.Add(Input<float>({2, 1, 1})).Add(Input<float>({3, 1, 1}));
  batch.AddOutput(Input<float>({3, 1, 1}));
  EXPECT_EQ(batch.Run(), Status::kInvalidShape);

  OpTest vector(kBatchMatmulOp);
  vector.Add(Input<float>({3})).Add(Input<float>({3, 1})).AddOutput(Input<float>({1, 1}));
  EXPECT_EQ(vector.Run(), Status::kInvalidShape);

  OpTest types(kBatchMatmulOp);
  types.Add(Input<int32_t>({1, 1})).Add(Input<int32_t>({1, 1})).AddOutput(Input<int32_t>({1, 1}));
  EXPECT_EQ(types.Run(), Status::kUnsupportedType);

  OpTest zero_point(kBatchMatmulOp);
  zero_point.Add(Input<int16_t>({1, 1}, {}, Quant(1, 1))).Add(Input<int16_t>({1, 1}, {}, Quant(1)));
  zero_point.AddOutput(Input<int16_t>({1, 1}, {}, Quant(1)));
  EXPECT_EQ(zero_point.Run(), Status::kInvalidQuantization);
}

}  // namespace
}  // namespace millrace::micro::testing
