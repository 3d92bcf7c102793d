// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCounts(Registry& r);

namespace {

struct CountsTest : OpTest {
  CountsTest() : OpTest({RegisterCounts}) {}
};

Tensor Ints(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }
const Tensor kNone = Tensor::Vector<float>({});

TEST_F(CountsTest, BinsOfRaggedRows) {
  const std::vector<OpInput> inputs = {Ints({0, 3, 3, 5}), Ints({1, 1, 9, 0, 2}),
                                       Tensor::Scalar<int64_t>(3), kNone};
  EXPECT_TENSOR_EQ(Run1("RaggedBincount", inputs),
                   Tensor::Of<float>({3, 3}, {0, 2, 0, 0, 0, 0, 1, 0, 1}));
  EXPECT_TENSOR_EQ(Run1("RaggedBincount", inputs, {{"binary_output", true}}),
                   Tensor::Of<float>({3, 3}, {0, 1, 0, 0, 0, 0, 1, 0, 1}));
}

TEST_F(CountsTest, BinsOfSparseRows) {
  const Tensor weights = Tensor::Vector<double>({0.5, 2, 4});
  EXPECT_TENSOR_EQ(Run1("SparseBincount", {Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 1, 1, 4}),
                                           Tensor::Vector<int32_t>({2, 1, 1}), Ints({2, 5}),
                                           Tensor::Scalar<int32_t>(3), weights}),
                   Tensor::Of<double>({2, 3}, {0, 0, 0.5, 0, 6, 0}));
  EXPECT_TENSOR_EQ(Run1("SparseBincount",
                        {Tensor::Of<int64_t>({3, 1}, {0, 1, 4}), Tensor::Vector<int32_t>({2, 1, 1}),
                         Ints({5}), Tensor::Scalar<int32_t>(3), weights}),
                   Tensor::Vector<double>({0, 6, 0.5}));
}

TEST_F(CountsTest, SparseCounts) {
  const auto run = [&](Tensor values, AttrMap attrs) {
    attrs.Set("binary_output", false);
    return Run("DenseCountSparseOutput", {std::move(values), kNone}, std::move(attrs));
  };
  EXPECT_OUTPUTS_NEAR(run(Tensor::Of<int64_t>({2, 3}, {5, 1, 5, 0, 7, 0}), {}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 1, 0, 5, 1, 0, 1, 7}),
                                           Tensor::Vector<float>({1, 2, 2, 1}), Ints({2, 8})}));
  EXPECT_OUTPUTS_NEAR(run(Ints({5, 1, 5, 7}), {{"maxlength", int64_t{6}}}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({2, 1}, {1, 5}),
                                           Tensor::Vector<float>({1, 2}), Ints({6})}));
  EXPECT_OUTPUTS_NEAR(run(Ints({1}), {{"minlength", int64_t{6}}}),
                      std::vector<Tensor>({Tensor::Of<int64_t>({1, 1}, {1}),
                                           Tensor::Vector<float>({1}), Ints({6})}));
}

TEST_F(CountsTest, SparseCountsOfSparseAndRaggedRows) {
  const std::vector<Tensor> expected = {Tensor::Of<int64_t>({2, 2}, {0, 2, 2, 1}),
                                        Tensor::Vector<float>({3, 4}), Ints({3, 3})};
  const Tensor weights = Tensor::Vector<float>({1, 2, 4});
  EXPECT_OUTPUTS_NEAR(
      Run("SparseCountSparseOutput",
          {Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}), Ints({2, 2, 1}), Ints({3, 2}), weights},
          {{"binary_output", false}}),
      expected);
  EXPECT_OUTPUTS_NEAR(Run("RaggedCountSparseOutput", {Ints({0, 2, 2, 3}), Ints({2, 2, 1}), weights},
                          {{"binary_output", false}}),
                      expected);
}

TEST_F(CountsTest, Refuses) {
  const absl::StatusCode bad = absl::StatusCode::kInvalidArgument;
  const auto ragged = [&](Tensor splits, Tensor values, Tensor weights) {
    return Code("RaggedBincount", {std::move(splits), std::move(values), Tensor::Scalar<int64_t>(3),
                                   std::move(weights)});
  };
  EXPECT_EQ(ragged(Ints({0, 2}), Ints({1, 1}), kNone), absl::StatusCode::kOk);
  EXPECT_EQ(ragged(Ints({0, 3}), Ints({1, 1}), kNone), bad);
  EXPECT_EQ(ragged(Ints({}), Ints({}), kNone), bad);
  EXPECT_EQ(ragged(Ints({0, 2, 1, 2}), Ints({1, 1}), kNone), bad);
  EXPECT_EQ(ragged(Ints({0, 2}), Ints({1, -1}), kNone), bad);
  EXPECT_EQ(ragged(Ints({0, 2}), Ints({1, 1}), Tensor::Vector<float>({1})), bad);
  EXPECT_EQ(Code("DenseCountSparseOutput", {Ints({1, -1}), kNone}, {{"binary_output", false}}),
            bad);
  EXPECT_EQ(Code("SparseBincount", {Tensor::Of<int64_t>({1, 2}, {3, 0}), Ints({1}), Ints({2, 2}),
                                    Tensor::Scalar<int64_t>(3), kNone}),
            bad);
}

}  // namespace
}  // namespace millrace
