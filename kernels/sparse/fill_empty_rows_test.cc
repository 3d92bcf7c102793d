// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterFillEmptyRows(Registry& r);

namespace {

struct FillEmptyRowsTest : OpTest {
  FillEmptyRowsTest() : OpTest({RegisterFillEmptyRows}) {}

  static Tensor Ids(std::initializer_list<int64_t> ids) { return Tensor::Vector<int64_t>(ids); }
};

TEST_F(FillEmptyRowsTest, FillsSparseRows) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRows", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                  Tensor::Vector<float>({1, -2, 3, 4}),
                                  Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(7)}),
      std::vector<Tensor>({Tensor::Of<int64_t>({5, 2}, {0, 1, 1, 0, 1, 2, 2, 0, 3, 1}),
                           Tensor::Vector<float>({1, -2, 3, 7, 4}),
                           Tensor::Vector<bool>({false, false, true, false}),
                           Tensor::Vector<int64_t>({0, 1, 2, 4})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRows",
          {Tensor::Of<int64_t>({0, 2}, {}), Tensor::Of<std::string>({0}, {}),
           Tensor::Vector<int64_t>({2, 3}), Tensor::Scalar<std::string>("x")}),
      std::vector<Tensor>({Tensor::Of<int64_t>({2, 2}, {0, 0, 1, 0}),
                           Tensor::Vector<std::string>({"x", "x"}),
                           Tensor::Vector<bool>({true, true}), Tensor::Of<int64_t>({0}, {})}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseFillEmptyRowsGrad",
          {Tensor::Vector<int64_t>({0, 1, 2, 4}), Tensor::Vector<float>({1, 2, 3, 4, 5})}),
      std::vector<Tensor>({Tensor::Vector<float>({1, 2, 3, 5}), Tensor::Scalar<float>(4)}));
}

TEST_F(FillEmptyRowsTest, RefusesSparseRows) {
  EXPECT_EQ(
      Code("SparseFillEmptyRows", {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                   Tensor::Vector<float>({1, -2, 3, 4}),
                                   Tensor::Vector<int64_t>({4, 3}), Tensor::Vector<float>({7})}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseFillEmptyRows", {Tensor::Of<int64_t>({1, 2}, {4, 0}), Tensor::Vector<float>({1}),
                                   Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<float>(7)}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("SparseFillEmptyRowsGrad", {Tensor::Vector<int64_t>({9}), Tensor::Vector<float>({1})}),
      absl::StatusCode::kInvalidArgument);
}

TEST_F(FillEmptyRowsTest, FillsRaggedRows) {
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedFillEmptyRows", {Ids({0, 3, 0}), Tensor::Vector<float>({1, 2, 3}),
                                  Tensor::Scalar<int64_t>(5), Tensor::Scalar<float>(7)}),
      std::vector<Tensor>({Ids({0, 0, 1, 2, 3, 4}), Tensor::Vector<float>({1, 3, 7, 7, 2, 7}),
                           Tensor::Vector<bool>({false, true, true, false, true}),
                           Ids({0, 4, 1})}));
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedFillEmptyRowsGrad", {Ids({0, 4, 1}), Tensor::Vector<float>({1, 2, 3, 4, 5, 6})}),
      std::vector<Tensor>({Tensor::Vector<float>({1, 5, 2}), Tensor::Scalar<float>(13)}));
}

TEST_F(FillEmptyRowsTest, RefusesRaggedRows) {
  const auto code = [this](Tensor ids, Tensor rows, Tensor fallback) {
    return Code("RaggedFillEmptyRows", {std::move(ids), Tensor::Vector<float>({1, 2}),
                                        std::move(rows), std::move(fallback)});
  };
  const Tensor five = Tensor::Scalar<int64_t>(5), one = Tensor::Scalar<float>(1);
  EXPECT_EQ(code(Ids({0, 5}), five, one), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Ids({0, -1}), five, one), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Ids({0}), five, one), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Ids({0, 1}), Ids({5}), one), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(Ids({0, 1}), five, Tensor::Vector<float>({1})),
            absl::StatusCode::kInvalidArgument);
}

MR_GRADIENT_EXAMPLE({.op = "SparseFillEmptyRows",
                     .inputs = {Tensor::Of<int64_t>({4, 2}, {0, 1, 1, 0, 1, 2, 3, 1}),
                                Tensor::Vector<double>({1, 2, 3, 4}),
                                Tensor::Vector<int64_t>({4, 3}), Tensor::Scalar<double>(7)},
                     .wrt = {1, 3},
                     .outputs = {1}});

MR_GRADIENT_EXAMPLE({.op = "RaggedFillEmptyRows",
                     .inputs = {Tensor::Vector<int64_t>({0, 3, 0}),
                                Tensor::Vector<double>({1, 2, 3}), Tensor::Scalar<int64_t>(5),
                                Tensor::Scalar<double>(7)},
                     .wrt = {1, 3},
                     .outputs = {1}});

}  // namespace
}  // namespace millrace
