#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterAddN(Registry& r);

namespace {

struct AddNTest : OpTest {
  AddNTest() : OpTest({RegisterAddN}) {}
};

TEST_F(AddNTest, Values) {
  const Tensor x = Tensor::Vector<float>({1, 2}), y = Tensor::Vector<float>({10, 20}),
               z = Tensor::Vector<float>({100, 200});
  EXPECT_TENSOR_EQ(Run1("AddN", {x, y, z}, {{"N", 3}}), Tensor::Vector<float>({111, 222}));
  EXPECT_TENSOR_EQ(Run1("AddN", {x}, {{"N", 1}}), x);
  EXPECT_EQ(Code("AddN", {x, Tensor::Scalar(1.0f)}, {{"N", 2}}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "AddN",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Vector<double>({3, 4})},
                     .attrs = {{"N", 2}}});
MR_GRADIENT_EXAMPLE({.op = "AccumulateNV2",
                     .inputs = {Tensor::Vector<double>({1, 2}), Tensor::Vector<double>({3, 4})},
                     .attrs = {{"N", 2}, {"shape", Shape({2})}}});

}  // namespace
}  // namespace millrace
