// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedTensorToSparse(Registry& r);

namespace {

struct RaggedToSparseTest : OpTest {
  RaggedToSparseTest() : OpTest({RegisterRaggedTensorToSparse}) {}
};

Tensor Ints(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }

TEST_F(RaggedToSparseTest, Rows) {
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedTensorToSparse",
          {Ints({0, 2, 2, 3}), Tensor::Vector<std::string>({"a", "b", "c"})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}),
                           Tensor::Vector<std::string>({"a", "b", "c"}), Ints({3, 2})}));
}

TEST_F(RaggedToSparseTest, RowsOfRowsOfVectors) {
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedTensorToSparse",
          {Ints({0, 0, 2}), Ints({0, 1, 2}), Tensor::Of<float>({2, 2}, {1, 2, 3, 4})}),
      std::vector<Tensor>(
          {Tensor::Of<int64_t>({4, 4}, {1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1}),
           Tensor::Vector<float>({1, 2, 3, 4}), Ints({2, 2, 1, 2})}));
}

TEST_F(RaggedToSparseTest, RefusesSplitsThatDoNotFit) {
  for (const Tensor& splits : {Ints({}), Ints({1, 3}), Ints({0, 2}), Ints({0, 3, 2, 3})}) {
    EXPECT_EQ(Code("RaggedTensorToSparse", {splits, Tensor::Vector<float>({1, 2, 3})}),
              absl::StatusCode::kInvalidArgument);
  }
}

MR_GRADIENT_EXAMPLE({.op = "RaggedTensorToSparse",
                     .inputs = {Ints({0, 2, 3}), Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6})},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
