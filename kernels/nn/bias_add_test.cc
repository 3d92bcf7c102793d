#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBiasAdd(Registry& r);

namespace {

struct BiasAddTest : OpTest {
  BiasAddTest() : OpTest({RegisterBiasAdd}) {}
};

TEST_F(BiasAddTest, Values) {
  const Tensor x = Tensor::Of<float>({2, 2, 1}, {1, 2, 3, 4}), b = Tensor::Vector<float>({10, 20});
  EXPECT_TENSOR_EQ(Run1("BiasAdd", {Tensor::Of<float>({2, 2}, {1, 2, 3, 4}), b}),
                   Tensor::Of<float>({2, 2}, {11, 22, 13, 24}));
  EXPECT_TENSOR_EQ(Run1("BiasAdd", {x, b}, {{"data_format", "NCHW"}}),
                   Tensor::Of<float>({2, 2, 1}, {11, 22, 13, 24}));
  EXPECT_TENSOR_EQ(
      Run1("BiasAdd", {Tensor::Of<float>({1, 2, 2}, {1, 2, 3, 4}), b}, {{"data_format", "NCHW"}}),
      Tensor::Of<float>({1, 2, 2}, {11, 12, 23, 24}));
  EXPECT_EQ(Code("BiasAdd", {x, b}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("BiasAdd", {b, b}), absl::StatusCode::kInvalidArgument);
}

TEST_F(BiasAddTest, SmallIntegers) {
  const Tensor x = Tensor::Of<int8_t>({2, 2}, {1, 2, 3, 127}), b = Tensor::Vector<int8_t>({10, 20});
  EXPECT_TENSOR_EQ(Run1("BiasAdd", {x, b}), Tensor::Of<int8_t>({2, 2}, {11, 22, 13, -109}));
  EXPECT_TENSOR_EQ(Run1("BiasAddV1", {x, b}), Tensor::Of<int8_t>({2, 2}, {11, 22, 13, -109}));
  EXPECT_TENSOR_EQ(Run1("BiasAddGrad", {x}), Tensor::Vector<int8_t>({4, -127}));
}

TEST_F(BiasAddTest, GradientSumsAllButChannels) {
  const Tensor dy = Tensor::Of<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_TENSOR_EQ(Run1("BiasAddGrad", {dy}), Tensor::Vector<float>({16, 20}));
  EXPECT_TENSOR_EQ(Run1("BiasAddGrad", {dy}, {{"data_format", "NCHW"}}),
                   Tensor::Vector<float>({14, 22}));
  // Many rows: summed in chunks.
  Tensor many = *Tensor::Create(DType::kFloat, Shape({30000, 8}));
  for (int64_t i = 0; i < many.num_elements(); ++i)
    many.mutable_data<float>()[i] = static_cast<float>(i % 8);
  const Tensor sums = Run1("BiasAddGrad", {many});
  for (int j = 0; j < 8; ++j) EXPECT_EQ(sums.data<float>()[j], 30000.0f * j);
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({1, 2, 2}, {1, 2, 3, 4}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "BiasAdd", .inputs = {X(), Tensor::Vector<double>({1, 2})}});
MR_GRADIENT_EXAMPLE({.op = "BiasAdd",
                     .inputs = {X(), Tensor::Vector<double>({1, 2})},
                     .attrs = {{"data_format", "NCHW"}}});
MR_GRADIENT_EXAMPLE({.op = "BiasAddV1", .inputs = {X(), Tensor::Vector<double>({1, 2})}});
MR_GRADIENT_EXAMPLE({.op = "BiasAddGrad", .inputs = {X()}});

}  // namespace
}  // namespace millrace
