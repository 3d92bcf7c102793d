// Values are held against TensorFlow's in tests/conformance; here gradients and bad input.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterGruBlockCell(Registry& r);

namespace {

struct GruBlockCellTest : OpTest {
  GruBlockCellTest() : OpTest({RegisterGruBlockCell}) {}
};

// A batch of two: one input, two cells.
std::vector<Tensor> GruExample() {
  return {Tensor::Of<float>({2, 1}, {0.3f, -0.6f}),
          Tensor::Of<float>({2, 2}, {0.5f, -0.3f, 0.1f, 0.4f}),
          Tensor::Of<float>(
              {3, 4}, {0.2f, -0.4f, 0.6f, 0.1f, -0.3f, 0.5f, 0.7f, -0.2f, 0.4f, 0.3f, -0.1f, 0.6f}),
          Tensor::Of<float>({3, 2}, {0.5f, -0.2f, 0.3f, 0.8f, -0.6f, 0.1f}),
          Tensor::Vector<float>({0.1f, -0.2f, 0.3f, 0.1f}),
          Tensor::Vector<float>({0.2f, -0.1f})};
}

TEST_F(GruBlockCellTest, AnUpdateGateAtOneKeepsTheState) {
  std::vector<Tensor> inputs = GruExample();
  inputs[4] = Tensor::Vector<float>({0, 0, 100, 100});
  const auto out = Run("GRUBlockCell", std::vector<OpInput>(inputs.begin(), inputs.end()));
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_TENSOR_NEAR((*out)[3], inputs[1]);
}

TEST_F(GruBlockCellTest, RefusesWhatDoesNotFit) {
  for (size_t i = 0; i < 6; ++i) {
    std::vector<Tensor> inputs = GruExample();
    inputs[i] = Tensor::Of<float>({1, 1, 1}, {0});
    EXPECT_EQ(Code("GRUBlockCell", std::vector<OpInput>(inputs.begin(), inputs.end())),
              absl::StatusCode::kInvalidArgument)
        << i;
  }
}

MR_GRADIENT_EXAMPLE({.op = "GRUBlockCell", .inputs = GruExample(), .outputs = {3}});

}  // namespace
}  // namespace millrace
