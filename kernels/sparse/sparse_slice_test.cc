// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseSlice(Registry& r);

namespace {

struct SparseSliceTest : OpTest {
  SparseSliceTest() : OpTest({RegisterSparseSlice}) {}
};

TEST_F(SparseSliceTest, Slices) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSlice", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                          Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                          Tensor::Vector<int64_t>({1, 0}), Tensor::Vector<int64_t>({2, 2})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({1, 2}, {0, 0}), Tensor::Vector<float>({-2}),
                           Tensor::Vector<int64_t>({2, 2})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSlice", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                          Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                          Tensor::Vector<int64_t>({0, 1}), Tensor::Vector<int64_t>({10, 10})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 1, 3, 0}),
                           Tensor::Vector<float>({1, 3, 4}), Tensor::Vector<int64_t>({4, 2})}));
  EXPECT_TENSOR_NEAR(
      Run1("SparseSliceGrad",
           {Tensor::Vector<float>({5}), Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
            Tensor::Vector<int64_t>({1, 0}), Tensor::Of<int64_t>({1, 2}, {0, 0})}),
      Tensor::Vector<float>({0, 5, 0, 0}));
}

TEST_F(SparseSliceTest, Refuses) {
  EXPECT_EQ(
      Code("SparseSlice", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3}),
                           Tensor::Vector<int64_t>({0}), Tensor::Vector<int64_t>({2, 2})}),
      absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseSlice",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, 2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({1, 0}),
                                Tensor::Vector<int64_t>({2, 2})},
                     .wrt = {1},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
