#include "micro/kernels/complex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TestTensor ComplexInput(std::vector<int32_t> shape, const std::vector<float>& parts) {
  TestTensor tensor = Input<float>(std::move(shape), parts);
  tensor.type = TensorType::kComplex64;
  return tensor;
}

std::vector<float> Part(const OpRegistration& registration) {
  OpTest op(registration);
  op.Add(ComplexInput({2}, {3, -4, 0, 1})).AddOutput(Input<float>({2}));
  EXPECT_EQ(op.Run(), Status::kOk) << op.Reason();
  return op.Output<float>();
}

TEST(Complex, Parts) {
  EXPECT_THAT(Part(kRealOp), ElementsAre(3, 0));
  EXPECT_THAT(Part(kImagOp), ElementsAre(-4, 1));
  EXPECT_THAT(Part(kComplexAbsOp), ElementsAre(5, 1));
}

TEST(Complex, RefusesFloats) {
  OpTest op(kRealOp);
  op.Add(Input<float>({1})).AddOutput(Input<float>({1}));
  EXPECT_EQ(op.Run(), Status::kUnsupportedType);
}

}  // namespace
}  // namespace millrace::micro::testing
