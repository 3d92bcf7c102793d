// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseMoves(Registry& r);

namespace {

struct SparseMovesTest : OpTest {
  SparseMovesTest() : OpTest({RegisterSparseMoves}) {}
};

TEST_F(SparseMovesTest, Reorders) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseReorder", {Tensor::Of<int64_t>({4, 2}, {1, 2, 0, 1, 3, 1, 1, 0}),
                            Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                           Tensor::Vector<float>({-2, 4, 1, 3})}));
  EXPECT_OUTPUTS_NEAR(Run("SparseReorder", {Tensor::Of<int64_t>({4, 2}, {1, 2, 0, 1, 3, 1, 1, 0}),
                                            Tensor::Vector<std::string>({"a", "b", "c", "d"}),
                                            Tensor::Vector<int64_t>({4, 3})}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                           Tensor::Vector<std::string>({"b", "d", "a", "c"})}));
}

TEST_F(SparseMovesTest, Concatenates) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseConcat",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<float>({1, -2, 3, 4}),
           Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({4, 3})},
          {{"concat_dim", int64_t{0}}}),
      std::vector<Tensor>(
          {Tensor::Of<int64_t>({8, 2}, {0, 1, 1, 0, 1, 2, 3, 1, 4, 1, 5, 0, 5, 2, 7, 1}),
           Tensor::Vector<float>({1, -2, 3, 4, 1, -2, 3, 4}), Tensor::Vector<int64_t>({8, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseConcat",
          {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Of<int64_t>({1, 2}, {2, 0}), Tensor::Vector<float>({1, -2, 3, 4}),
           Tensor::Vector<float>({9}), Tensor::Vector<int64_t>({4, 3}),
           Tensor::Vector<int64_t>({4, 2})},
          {{"concat_dim", int64_t{-1}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 2, 2, 3, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 9, 4}),
                           Tensor::Vector<int64_t>({4, 5})}));
}

TEST_F(SparseMovesTest, Splits) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSplit",
          {Tensor::Scalar<int64_t>(0), Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})},
          {{"num_split", int64_t{3}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 0, 1, 2}),
                           Tensor::Of<int64_t>({0, 2}, {}), Tensor::Of<int64_t>({1, 2}, {0, 1}),
                           Tensor::Vector<float>({1, -2, 3}), Tensor::Of<float>({0}, {}),
                           Tensor::Vector<float>({4}), Tensor::Vector<int64_t>({2, 3}),
                           Tensor::Vector<int64_t>({1, 3}), Tensor::Vector<int64_t>({1, 3})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseSplit",
          {Tensor::Scalar<int64_t>(1), Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
           Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})},
          {{"num_split", int64_t{2}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 2}, {0, 1, 1, 0, 3, 1}),
                           Tensor::Of<int64_t>({1, 2}, {1, 0}), Tensor::Vector<float>({1, -2, 4}),
                           Tensor::Vector<float>({3}), Tensor::Vector<int64_t>({4, 2}),
                           Tensor::Vector<int64_t>({4, 1})}));
}

TEST_F(SparseMovesTest, Refuses) {
  EXPECT_EQ(Code("SparseConcat",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<float>({1, -2, 3, 4}),
                  Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({5, 3})},
                 {{"concat_dim", int64_t{1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseConcat",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<float>({1, -2, 3, 4}),
                  Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<int64_t>({4, 3})},
                 {{"concat_dim", int64_t{2}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseReorder",
                 {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3, 2})}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SparseSplit",
                 {Tensor::Scalar<int64_t>(0), Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                  Tensor::Vector<float>({1, -2, 3, 4}), Tensor::Vector<int64_t>({4, 3})},
                 {{"num_split", int64_t{5}}}),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseReorder",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {1, 2, 0, 1, 3, 1, 1, 0}),
                                Tensor::Vector<double>({1, 2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3})},
                     .wrt = {1},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
