#include "micro/kernels/rfft2d.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "micro/testing/op_test.h"

namespace millrace::micro::testing {
namespace {

using ::testing::ElementsAre;

TestTensor Complex(std::vector<int32_t> shape) {
  TestTensor tensor;
  tensor.type = TensorType::kComplex64;
  tensor.shape = std::move(shape);
  return tensor;
}

std::vector<float> Parts(OpTest& op) {
  const TensorView view = op.interpreter().output(0);
  return std::vector<float>(view.data<float>(), view.data<float>() + 2 * view.elements());
}

TEST(Rfft2D, AnImpulseHasAFlatSpectrum) {
  OpTest op(kRfft2DOp);
  op.Add(Input<float>({2, 4}, {3, 0, 0, 0, 0, 0, 0, 0})).Add(Constant<int32_t>({2}, {2, 4}));
  op.AddOutput(Complex({2, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  EXPECT_THAT(Parts(op), ElementsAre(3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0));
}

TEST(Rfft2D, AConstantImageHasOnlyAMean) {
  OpTest op(kRfft2DOp);
  op.Add(Input<float>({4, 4}, std::vector<float>(16, 1))).Add(Constant<int32_t>({2}, {4, 4}));
  op.AddOutput(Complex({4, 3}));
  ASSERT_EQ(op.Run(), Status::kOk) << op.Reason();
  const std::vector<float> parts = Parts(op);
  EXPECT_EQ(parts[0], 16);
  for (size_t i = 1; i < parts.size(); ++i) EXPECT_NEAR(parts[i], 0, 1e-5) << i;
}

TEST(Rfft2D, RefusesLengths) {
  for (const auto& [rows, columns] : {std::pair(3, 4), {2, 6}, {2, 2}, {4, 4}}) {
    OpTest op(kRfft2DOp);
    op.Add(Input<float>({2, 4})).Add(Constant<int32_t>({2}, {rows, columns}));
    op.AddOutput(Complex({rows == 4 ? 2 : rows, columns / 2 + 1}));
    EXPECT_NE(op.Run(), Status::kOk) << rows << " " << columns;
  }
}

}  // namespace
}  // namespace millrace::micro::testing
