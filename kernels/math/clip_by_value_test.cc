#include <complex>
#include <limits>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterClipByValue(Registry& r);

namespace {

struct ClipByValueTest : OpTest {
  ClipByValueTest() : OpTest({RegisterClipByValue}) {}
};

TEST_F(ClipByValueTest, Values) {
  EXPECT_TENSOR_EQ(Run1("ClipByValue", {Tensor::Vector<float>({-2, 0.5f, 3}), Tensor::Scalar(-1.0f),
                                        Tensor::Scalar(1.0f)}),
                   Tensor::Vector<float>({-1, 0.5f, 1}));
  EXPECT_TENSOR_EQ(
      Run1("ClipByValue", {Tensor::Vector<int32_t>({5, 5}), Tensor::Vector<int32_t>({0, 6}),
                           Tensor::Scalar<int32_t>(9)}),
      Tensor::Vector<int32_t>({5, 6}));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TENSOR_EQ(Run1("ClipByValue", {Tensor::Vector<float>({nan}), Tensor::Scalar(-1.0f),
                                        Tensor::Scalar(1.0f)}),
                   Tensor::Vector<float>({nan}));
  using C = std::complex<float>;
  EXPECT_TENSOR_EQ(Run1("ClipByValue", {Tensor::Vector<C>({C(-2, 0.5f), C(0.5f, 7)}),
                                        Tensor::Scalar(C(-1, -1)), Tensor::Scalar(C(1, 2))}),
                   Tensor::Vector<C>({C(-1, 0.5f), C(0.5f, 2)}));
  EXPECT_EQ(Code("ClipByValue", {Tensor::Vector<float>({1, 2}), Tensor::Vector<float>({1, 2, 3}),
                                 Tensor::Scalar(1.0f)}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TENSOR_EQ(Run1("Bucketize", {Tensor::Vector<int32_t>({-5, 0, 10, 150})},
                        {{"boundaries", std::vector<float>{0, 10, 100}}}),
                   Tensor::Vector<int32_t>({0, 1, 2, 3}));
  EXPECT_EQ(
      Code("Bucketize", {Tensor::Vector<int32_t>({1})}, {{"boundaries", std::vector<float>{2, 1}}}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "ClipByValue",
                     .inputs = {Tensor::Vector<double>({-2, 0.5, 3}), Tensor::Scalar(-1.0),
                                Tensor::Vector<double>({1, 1, 1})}});

}  // namespace
}  // namespace millrace
