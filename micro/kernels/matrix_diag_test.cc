#include "micro/kernels/matrix_diag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(MatrixDiag, ZerosBesideTheDiagonal) {
  OpTest op(kMatrixDiagOp);
  op.Add(Input<int16_t>({2, 2}, {1, 2, 3, 4})).AddOutput(Input<int16_t>({2, 2, 2}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int16_t>(), ElementsAre(1, 0, 0, 2, 3, 0, 0, 4));
  OpTest shape(kMatrixDiagOp);
  shape.Add(Input<float>({2})).AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(shape.Run(), Status::kInvalidShape);
}

TEST(MatrixSetDiag, TheRestStays) {
  OpTest op(kMatrixSetDiagOp);
  op.Add(Input<uint8_t>({2, 3}, {1, 2, 3, 4, 5, 6})).Add(Input<uint8_t>({2}, {8, 9}));
  op.AddOutput(Input<uint8_t>({2, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<uint8_t>(), ElementsAre(8, 2, 3, 4, 9, 6));
  OpTest length(kMatrixSetDiagOp);
  length.Add(Input<float>({2, 3})).Add(Input<float>({3})).AddOutput(Input<float>({2, 3}));
  EXPECT_EQ(length.Run(), Status::kInvalidShape);
}

}  // namespace
}  // namespace millrace::micro::testing
