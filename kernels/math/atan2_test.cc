#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAtan2(Registry& r);

namespace {

struct Atan2Test : OpTest {
  Atan2Test() : OpTest({RegisterAtan2}) {}
};

TEST_F(Atan2Test, Quadrants) {
  EXPECT_TENSOR_NEAR(
      Run1("Atan2", {Tensor::Vector<float>({1, 1, -1, -1}), Tensor::Vector<float>({1, -1, 1, -1})}),
      Tensor::Vector<float>({0.7853982f, 2.3561945f, -0.7853982f, -2.3561945f}));
}

MR_GRADIENT_EXAMPLE({.op = "Atan2",
                     .inputs = {Tensor::Vector<double>({0.5, 2}),
                                Tensor::Vector<double>({3, -1.5})}});

}  // namespace
}  // namespace millrace
