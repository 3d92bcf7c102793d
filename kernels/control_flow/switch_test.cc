#include <limits>

#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSwitch(Registry& r);

namespace {

struct SwitchTest : OpTest {
  SwitchTest() : OpTest({RegisterSwitch}) {}
};

TEST_F(SwitchTest, RefSelectTakesOneOfItsInputs) {
  const DType ref = RefType(DType::kFloat);
  const Tensor a = MakeVariable("a", Tensor::Scalar(1.0f));
  const Tensor b = MakeVariable("b", Tensor::Scalar(2.0f));
  const auto select = [&](Tensor index) {
    return Run("RefSelect", {std::move(index), {a, ref}, {b, ref}}, {{"N", int64_t{2}}});
  };
  const auto second = select(Tensor::Scalar(1));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ((*second)[0].data<ResourceHandle>()[0].name, "b");
  for (const int index : {-1, 2, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()})
    EXPECT_EQ(select(Tensor::Scalar(index)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(select(Tensor::Vector<int32_t>({0, 1})).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
