#include "micro/kernels/fake_quant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

OpTest Make(const std::vector<float>& values, float min, float max, int32_t bits, bool narrow) {
  OpTest op(kFakeQuantOp);
  const auto size = static_cast<int32_t>(values.size());
  op.Add(Input<float>({size}, values)).AddOutput(Input<float>({size}));
  op.Set(Options()
             .Set(FakeQuantOptions::kMin, min)
             .Set(FakeQuantOptions::kMax, max)
             .Set(FakeQuantOptions::kNumBits, bits)
             .Set(FakeQuantOptions::kNarrowRange, narrow));
  return op;
}

TEST(FakeQuant, RoundsAndCuts) {
  OpTest op = Make({-1, 0, 0.3f, 2.6f, 9}, 0, 3, 2, false);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(0, 0, 0, 3, 3));
}

TEST(FakeQuant, ANarrowRangeHasAStepLess) {
  OpTest op = Make({-9, -0.6f, 0.4f, 9}, -1, 1, 2, true);
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(), ElementsAre(-1, -1, 0, 1));
}

TEST(FakeQuant, RefusesRangesAndBits) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Make({1}, 1, 3, 8, false).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make({1}, 0, 0, 8, false).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make({1}, nan, 1, 8, false).Run(), Status::kInvalidModel);
  EXPECT_EQ(Make({1}, -1, 1, 40, false).Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
