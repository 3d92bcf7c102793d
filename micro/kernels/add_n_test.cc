#include "micro/kernels/add_n.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TEST(AddN, FloatAndInt32) {
  OpTest real(kAddNOp);
  real.Add(Input<float>({2}, {1, 2})).Add(Input<float>({2}, {0.5f, 1}));
  real.Add(Input<float>({2}, {10, 20})).AddOutput(Input<float>({2}));
  ASSERT_EQ(real.Run(), Status::kOk) << real.Reason();
  EXPECT_THAT(real.Output<float>(), ElementsAre(11.5f, 23));

  OpTest one(kAddNOp);
  one.Add(Input<int32_t>({2}, {7, -8})).AddOutput(Input<int32_t>({2}));
  ASSERT_EQ(one.Run(), Status::kOk) << one.Reason();
  EXPECT_THAT(one.Output<int32_t>(), ElementsAre(7, -8));
}

// Real values: 3 * (x - 2) / 2.
TEST(AddN, Int8) {
  OpTest op(kAddNOp);
  for (int i = 0; i < 3; ++i) op.Add(Input<int8_t>({4}, {2, 4, -6, 100}, Quant(0.5f, 2)));
  op.AddOutput(Input<int8_t>({4}, {}, Quant(1.0f, -1)));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<int8_t>(), ElementsAre(-1, 2, -13, 127));
}

TEST(AddN, RefusesWhatDoesNotFit) {
  OpTest shapes(kAddNOp);
  shapes.Add(Input<float>({2})).Add(Input<float>({1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(shapes.Run(), Status::kInvalidShape);
  OpTest scales(kAddNOp);
  scales.Add(Input<int8_t>({1}, {}, Quant(1))).Add(Input<int8_t>({1}, {}, Quant(2)));
  scales.AddOutput(Input<int8_t>({1}, {}, Quant(1)));
  EXPECT_EQ(scales.Run(), Status::kInvalidQuantization);
  OpTest missing(kAddNOp);
  missing.Add(Input<float>({1})).AddMissing().AddOutput(Input<float>({1}));
  EXPECT_EQ(missing.Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
