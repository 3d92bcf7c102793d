#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterBatchNormWithGlobalNormalization(Registry& r);

namespace {

struct GlobalBatchNormTest : OpTest {
  GlobalBatchNormTest() : OpTest({RegisterBatchNormWithGlobalNormalization}) {}
};

AttrMap Attrs(bool scales) {
  return {{"variance_epsilon", 0.25f}, {"scale_after_normalization", scales}};
}

template <typename T>
std::vector<Tensor> Inputs() {
  return {Tensor::Of<T>({1, 2, 1, 2}, {1, 2, 3, 4}), Tensor::Vector<T>({1, 2}),
          Tensor::Vector<T>({0.75, 3.75}), Tensor::Vector<T>({10, 20}), Tensor::Vector<T>({3, 4})};
}

TEST_F(GlobalBatchNormTest, Values) {
  const std::vector<Tensor> in = Inputs<float>();
  const std::vector<OpInput> inputs(in.begin(), in.end());
  EXPECT_TENSOR_NEAR(Run1("BatchNormWithGlobalNormalization", inputs, Attrs(true)),
                     Tensor::Of<float>({1, 2, 1, 2}, {10, 20, 16, 24}));
  EXPECT_TENSOR_NEAR(Run1("BatchNormWithGlobalNormalization", inputs, Attrs(false)),
                     Tensor::Of<float>({1, 2, 1, 2}, {10, 20, 12, 21}));
}

TEST_F(GlobalBatchNormTest, Refuses) {
  const std::vector<Tensor> in = Inputs<float>();
  std::vector<OpInput> inputs(in.begin(), in.end());
  inputs[3] = Tensor::Vector<float>({1});
  EXPECT_EQ(Code("BatchNormWithGlobalNormalization", inputs, Attrs(true)),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "BatchNormWithGlobalNormalization",
                     .inputs = Inputs<double>(),
                     .attrs = Attrs(true)});
MR_GRADIENT_EXAMPLE({.op = "BatchNormWithGlobalNormalization",
                     .inputs = Inputs<double>(),
                     .attrs = Attrs(false),
                     .wrt = {0, 1, 2, 3}});

}  // namespace
}  // namespace millrace
