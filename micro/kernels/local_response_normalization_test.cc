#include "micro/kernels/local_response_normalization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "micro/core/op_options.h"
#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

TEST(LocalResponseNormalization, ByTheRootOfNeighbouringSquares) {
  OpTest op(kLocalResponseNormalizationOp);
  op.Add(Input<float>({1, 1, 1, 3}, {3, 4, 12})).AddOutput(Input<float>({1, 1, 1, 3}));
  using Field = LocalResponseNormalizationOptions;
  op.Set(Options().Set(Field::kRadius, 9).Set(Field::kAlpha, 1.0f).Set(Field::kBeta, 0.5f));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(op.Output<float>(),
              ElementsAre(FloatEq(3 / 13.f), FloatEq(4 / 13.f), FloatEq(12 / 13.f)));
}

TEST(LocalResponseNormalization, RefusesANegativeRadius) {
  OpTest op(kLocalResponseNormalizationOp);
  op.Add(Input<float>({1, 1, 1, 3})).AddOutput(Input<float>({1, 1, 1, 3}));
  op.Set(Options().Set(LocalResponseNormalizationOptions::kRadius, -1));
  EXPECT_EQ(op.Run(), Status::kInvalidModel);
}

}  // namespace
}  // namespace millrace::micro::testing
