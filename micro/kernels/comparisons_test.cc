#include "micro/kernels/comparisons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

struct Case {
  const OpRegistration* op;
  bool less, equal, greater;
};
const Case kCases[] = {
    {&kEqualOp, false, true, false},   {&kNotEqualOp, true, false, true},
    {&kLessOp, true, false, false},    {&kLessEqualOp, true, true, false},
    {&kGreaterOp, false, false, true}, {&kGreaterEqualOp, false, true, true},
};

template <typename T>
void ExpectAll() {
  for (const Case& c : kCases) {
    OpTest op(*c.op);
    op.Add(Input<T>({3}, {1, 2, 3})).Add(Input<T>({1}, {2})).AddOutput(Input<bool>({3}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<bool>(), ElementsAre(c.less, c.equal, c.greater));
  }
}

TEST(Comparisons, PlainTypes) {
  ExpectAll<float>();
  ExpectAll<int16_t>();
  ExpectAll<int32_t>();
  ExpectAll<int64_t>();
}

TEST(Comparisons, NotANumberIsOnlyUnequal) {
  for (const Case& c : kCases) {
    OpTest op(*c.op);
    op.Add(Input<float>({1}, {NAN})).Add(Input<float>({1}, {NAN})).AddOutput(Input<bool>({1}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<bool>(), ElementsAre(c.op == &kNotEqualOp));
  }
}

// Recorded from tflite-micro.
TEST(Comparisons, Int8ByRealValue) {
  const auto run = [](const OpRegistration& registration) {
    OpTest op(registration);
    op.Add(Input<int8_t>({8}, {-5, -4, 5, 10, 20, 0, -6, 100}, Quant(0.037f, -5)));
    op.Add(Input<int8_t>({8}, {7, 10, 38, 53, 80, 22, 4, 100}, Quant(0.0121f, 7)));
    op.AddOutput(Input<bool>({8}));
    EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
    return op.Output<bool>();
  };
  EXPECT_THAT(run(kEqualOp), ElementsAre(1, 0, 0, 1, 0, 0, 0, 0));
  EXPECT_THAT(run(kLessOp), ElementsAre(0, 0, 1, 0, 0, 0, 1, 0));
  EXPECT_THAT(run(kGreaterEqualOp), ElementsAre(1, 1, 0, 1, 1, 1, 0, 1));
}

TEST(Comparisons, Bool) {
  for (const bool equal : {true, false}) {
    OpTest op(equal ? kEqualOp : kNotEqualOp);
    op.Add(Input<bool>({2, 1}, {true, false})).Add(Input<bool>({2}, {true, false}));
    op.AddOutput(Input<bool>({2, 2}));
    ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
    EXPECT_THAT(op.Output<bool>(), ElementsAre(equal, !equal, !equal, equal));
  }
  OpTest less(kLessOp);
  less.Add(Input<bool>({1})).Add(Input<bool>({1})).AddOutput(Input<bool>({1}));
  EXPECT_EQ(less.Run(), Status::kUnsupportedType);
}

TEST(Comparisons, RefusesAnOutputThatIsNotBool) {
  OpTest op(kLessOp);
  op.Add(Input<float>({1})).Add(Input<float>({1})).AddOutput(Input<int32_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
