#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSoftmaxCrossEntropy(Registry& r);

namespace {

struct SoftmaxCrossEntropyTest : OpTest {
  SoftmaxCrossEntropyTest() : OpTest({RegisterSoftmaxCrossEntropy}) {}
};

TEST_F(SoftmaxCrossEntropyTest, SparseAndDenseAgree) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 0, 0, 0});
  auto sparse = Run("SparseSoftmaxCrossEntropyWithLogits", {x, Tensor::Vector<int32_t>({2, 0})});
  auto dense =
      Run("SoftmaxCrossEntropyWithLogits", {x, Tensor::Of<float>({2, 3}, {0, 0, 1, 1, 0, 0})});
  ASSERT_TRUE(sparse.ok()) << sparse.status();
  ASSERT_TRUE(dense.ok()) << dense.status();
  EXPECT_TENSOR_NEAR((*sparse)[0], Tensor::Vector<float>({0.40760595f, 1.0986123f}));
  EXPECT_TENSOR_NEAR((*sparse)[1],
                     Tensor::Of<float>({2, 3}, {0.09003057f, 0.24472848f, -0.33475903f, -0.6666667f,
                                                0.33333334f, 0.33333334f}));
  for (int i = 0; i < 2; ++i) EXPECT_TENSOR_NEAR((*dense)[i], (*sparse)[i]);
}

TEST_F(SoftmaxCrossEntropyTest, DenseBroadcasts) {
  auto got = Run("SoftmaxCrossEntropyWithLogits", {Tensor::Of<float>({2, 2}, {0, 0, 0, 0}),
                                                   Tensor::Of<float>({1, 2}, {0.5f, 0.5f})});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_TENSOR_NEAR((*got)[0], Tensor::Vector<float>({0.6931472f, 0.6931472f}));
}

TEST_F(SoftmaxCrossEntropyTest, RefusesWhatIsNoLabel) {
  const Tensor x = Tensor::Of<float>({2, 3}, {1, 2, 3, 0, 0, 0});
  for (int32_t label : {-1, 3}) {
    EXPECT_EQ(Code("SparseSoftmaxCrossEntropyWithLogits", {x, Tensor::Vector<int32_t>({0, label})}),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Code("SparseSoftmaxCrossEntropyWithLogits", {x, Tensor::Vector<int32_t>({0})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SoftmaxCrossEntropyWithLogits",
                 {x, Tensor::Of<float>({3, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 0})}),
            absl::StatusCode::kInvalidArgument);
}

const Tensor& X() {
  static const auto* x = new Tensor(Tensor::Of<double>({2, 3}, {1, 0, 2, -1, 3, 1}));
  return *x;
}
MR_GRADIENT_EXAMPLE({.op = "SparseSoftmaxCrossEntropyWithLogits",
                     .inputs = {X(), Tensor::Vector<int32_t>({2, 0})}});
MR_GRADIENT_EXAMPLE({.op = "SoftmaxCrossEntropyWithLogits",
                     .inputs = {X(), Tensor::Of<double>({2, 3}, {0.2, 0.3, 0.5, 1, 0, 0})},
                     .outputs = {0}});
MR_GRADIENT_EXAMPLE({.op = "SoftmaxCrossEntropyWithLogits",
                     .inputs = {X(), Tensor::Of<double>({2, 3}, {0.2, 0.3, 0.5, 0.7, 0.1, 0.2})},
                     .wrt = {0}});

}  // namespace
}  // namespace millrace
