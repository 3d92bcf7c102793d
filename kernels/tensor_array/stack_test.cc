// Stacks, in their newer form and in the older one, whose handles are references.
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStack(Registry& r);

namespace {

using absl::StatusCode;

Tensor I0(int32_t v) { return Tensor::Scalar<int32_t>(v); }
Tensor D(std::initializer_list<double> v) { return Tensor::Vector<double>(v); }

struct StackTest : OpTest {
  StackTest() : OpTest({RegisterStack}) {}

  static AttrMap Of(DType type) { return {{"elem_type", type}}; }
  // What the older ops take.
  static OpInput Reference(Tensor handle) {
    return OpInput(std::move(handle), RefType(DType::kString));
  }
  const AttrMap doubles = Of(DType::kDouble);
};

TEST_F(StackTest, TheLastComesFirst) {
  const Tensor stack = Run1("StackV2", {I0(-1)}, doubles);
  for (const Tensor& t : {D({1}), D({2, 3}), D({})})
    EXPECT_TENSOR_EQ(Run1("StackPushV2", {stack, t}), t);
  for (const Tensor& t : {D({}), D({2, 3}), D({1})})
    EXPECT_TENSOR_EQ(Run1("StackPopV2", {stack}, doubles), t);
  EXPECT_EQ(Code("StackPopV2", {stack}, doubles), StatusCode::kInvalidArgument);  // it is empty
}

TEST_F(StackTest, HoldsNoMoreThanItsSize) {
  const Tensor stack = Run1("StackV2", {I0(1)}, doubles);
  EXPECT_TENSOR_EQ(Run1("StackPushV2", {stack, D({1})}), D({1}));
  EXPECT_EQ(Code("StackPushV2", {stack, D({2})}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("StackPopV2", {stack}, doubles), D({1}));
  EXPECT_EQ(Code("StackV2", {Tensor::Vector<int32_t>({1, 2})}, doubles),
            StatusCode::kInvalidArgument);
}

TEST_F(StackTest, HoldsOneType) {
  const Tensor stack = Run1("StackV2", {I0(2)}, doubles);
  EXPECT_EQ(Code("StackPushV2", {stack, I0(1)}), StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("StackPushV2", {stack, D({1})}), D({1}));
  EXPECT_EQ(Code("StackPopV2", {stack}, Of(DType::kFloat)), StatusCode::kInvalidArgument);
}

TEST_F(StackTest, IsGoneOnceClosed) {
  const Tensor stack = Run1("StackV2", {I0(2)}, doubles);
  EXPECT_EQ(Code("StackCloseV2", {stack}), StatusCode::kOk);
  EXPECT_EQ(Code("StackPushV2", {stack, D({1})}), StatusCode::kNotFound);
  EXPECT_EQ(Code("StackPopV2", {stack}, doubles), StatusCode::kNotFound);
  EXPECT_EQ(Code("StackCloseV2", {stack}), StatusCode::kNotFound);
}

TEST_F(StackTest, TwoOfOneNameAreTwo) {
  AttrMap named = doubles;
  named.Set("stack_name", "s");
  const Tensor a = Run1("StackV2", {I0(2)}, named);
  EXPECT_TENSOR_EQ(Run1("StackPushV2", {a, D({1})}), D({1}));
  named.Set("stack_name", "t");
  const Tensor b = Run1("StackV2", {I0(2)}, named);
  EXPECT_EQ(Code("StackPopV2", {b}, doubles), StatusCode::kInvalidArgument);  // it is empty
  EXPECT_TENSOR_EQ(Run1("StackPopV2", {a}, doubles), D({1}));
}

TEST_F(StackTest, TheOlderFormHasNoLimit) {
  const OpInput stack = Reference(Run1("Stack", {}, doubles));
  for (int i = 0; i < 100; ++i)
    EXPECT_TENSOR_EQ(Run1("StackPush", {stack, D({double(i)})}), D({double(i)}));
  for (int i = 99; i >= 0; --i)
    EXPECT_TENSOR_EQ(Run1("StackPop", {stack}, doubles), D({double(i)}));
  EXPECT_EQ(Code("StackPop", {stack}, doubles), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StackPush", {stack, I0(1)}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("StackClose", {stack}), StatusCode::kOk);
  EXPECT_EQ(Code("StackPush", {stack, D({1})}), StatusCode::kNotFound);
}

}  // namespace
}  // namespace millrace
