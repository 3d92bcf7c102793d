#include "micro/kernels/floor_div_mod.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

template <typename T>
std::vector<T> Results(const OpRegistration& registration, const std::vector<T>& a,
                       const std::vector<T>& b) {
  const auto size = static_cast<int32_t>(a.size());
  OpTest op(registration);
  op.Add(Input<T>({size}, a)).Add(Input<T>({size}, b)).AddOutput(Input<T>({size}));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<T>();
}

TEST(FloorDivMod, Float) {
  const std::vector<float> a = {7, -7, 7, -7, 6}, b = {2, 2, -2, -2, 3};
  EXPECT_THAT(Results(kFloorDivOp, a, b), ElementsAre(3, -4, -4, 3, 2));
  EXPECT_THAT(Results(kFloorModOp, a, b), ElementsAre(1, 1, -1, -1, 0));
}

template <typename T>
void ExpectIntegers() {
  const T low = std::numeric_limits<T>::min();
  const std::vector<T> a = {7, -7, 7, -7, 6, low, 0}, b = {2, 2, -2, -2, 3, -1, 5};
  if (sizeof(T) < 8) EXPECT_THAT(Results(kFloorDivOp, a, b), ElementsAre(3, -4, -4, 3, 2, low, 0));
  EXPECT_THAT(Results(kFloorModOp, a, b), ElementsAre(1, 1, -1, -1, 0, 0, 0));
}

TEST(FloorDivMod, Integers) {
  ExpectIntegers<int8_t>();
  ExpectIntegers<int16_t>();
  ExpectIntegers<int32_t>();
  ExpectIntegers<int64_t>();
}

TEST(FloorDivMod, ByZeroFails) {
  for (const OpRegistration* registration : {&kFloorDivOp, &kFloorModOp}) {
    OpTest op(*registration);
    op.Add(Input<int32_t>({2}, {1, 2})).Add(Input<int32_t>({2}, {1, 0}));
    op.AddOutput(Input<int32_t>({2}));
    EXPECT_EQ(op.Run(), Status::kInvokeFailed);
  }
}

TEST(FloorDivMod, RefusesQuotientsOfInt64) {
  OpTest op(kFloorDivOp);
  op.Add(Input<int64_t>({1})).Add(Input<int64_t>({1})).AddOutput(Input<int64_t>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
