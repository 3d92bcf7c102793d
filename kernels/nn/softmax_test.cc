#include <cmath>

#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSoftmax(Registry& r);

namespace {

struct SoftmaxTest : OpTest {
  SoftmaxTest() : OpTest({RegisterSoftmax}) {}
};

TEST_F(SoftmaxTest, RowsSumToOne) {
  for (int64_t n : {1, 2, 7, 10, 33, 1000}) {
    Tensor x = *Tensor::Create(DType::kFloat, Shape({3, n}));
    for (int64_t i = 0; i < 3 * n; ++i)
      x.mutable_data<float>()[i] = static_cast<float>((i * 7) % 13) - 80.0f;
    const Tensor y = Run1("Softmax", {x}), log_y = Run1("LogSoftmax", {x});
    for (int64_t r = 0; r < 3; ++r) {
      double sum = 0;
      for (int64_t j = 0; j < n; ++j) {
        const float p = y.data<float>()[r * n + j];
        sum += p;
        EXPECT_NEAR(std::log(p), log_y.data<float>()[r * n + j], 1e-4);
      }
      EXPECT_NEAR(sum, 1.0, 1e-5) << n;
    }
  }
}

TEST_F(SoftmaxTest, Values) {
  EXPECT_TENSOR_NEAR(
      Run1("Softmax", {Tensor::Vector<double>({1000, 1001, 1002})}),
      Tensor::Vector<double>({0.09003057317038046, 0.24472847105479767, 0.6652409557748219}),
      1e-12);
  EXPECT_TENSOR_NEAR(Run1("Softmax", {Tensor::Vector<half>({half(1.0f), half(1.0f)})}),
                     Tensor::Vector<half>({half(0.5f), half(0.5f)}));
  EXPECT_EQ(Code("Softmax", {Tensor::Scalar(1.0f)}), absl::StatusCode::kInvalidArgument);
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 0, 2, -1, 3, 1}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "Softmax", .inputs = {X()}});
MR_GRADIENT_EXAMPLE({.op = "LogSoftmax", .inputs = {X()}});

}  // namespace
}  // namespace millrace
