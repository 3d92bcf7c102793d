#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSelect(Registry& r);

namespace {

struct SelectTest : OpTest {
  SelectTest() : OpTest({RegisterSelect}) {}
};

TEST_F(SelectTest, ByElementSliceAndScalar) {
  const Tensor t = Tensor::Of<float>({2, 2}, {1, 2, 3, 4}),
               e = Tensor::Of<float>({2, 2}, {-1, -2, -3, -4});
  EXPECT_TENSOR_EQ(Run1("Select", {Tensor::Of<bool>({2, 2}, {true, false, false, true}), t, e}),
                   Tensor::Of<float>({2, 2}, {1, -2, -3, 4}));
  EXPECT_TENSOR_EQ(Run1("Select", {Tensor::Vector<bool>({true, false}), t, e}),
                   Tensor::Of<float>({2, 2}, {1, 2, -3, -4}));
  EXPECT_TENSOR_EQ(Run1("Select", {Tensor::Scalar(false), t, e}), e);
  EXPECT_EQ(Code("Select", {Tensor::Vector<bool>({true, false, true}), t, e}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("Select", {Tensor::Scalar(true), t, Tensor::Scalar(1.0f)}),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SelectTest, V2Broadcasts) {
  EXPECT_TENSOR_EQ(
      Run1("SelectV2", {Tensor::Of<bool>({2, 1}, {true, false}), Tensor::Vector<int32_t>({1, 2, 3}),
                        Tensor::Scalar<int32_t>(0)}),
      Tensor::Of<int32_t>({2, 3}, {1, 2, 3, 0, 0, 0}));
  EXPECT_TENSOR_EQ(Run1("SelectV2", {Tensor::Vector<bool>({true, false}), Tensor::Scalar("a"),
                                     Tensor::Scalar("b")}),
                   Tensor::Vector<std::string>({"a", "b"}));
}

MR_GRADIENT_EXAMPLE({.op = "Select",
                     .inputs = {Tensor::Vector<bool>({true, false}), Tensor::Vector<double>({1, 2}),
                                Tensor::Vector<double>({3, 4})}});
MR_GRADIENT_EXAMPLE({.op = "SelectV2",
                     .inputs = {Tensor::Of<bool>({2, 1}, {true, false}),
                                Tensor::Vector<double>({1, 2}), Tensor::Scalar(3.0)}});

}  // namespace
}  // namespace millrace
