#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedTensorVariant(Registry& r);

namespace {

using absl::StatusCode;

Tensor Ints(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }

struct RaggedVariantTest : OpTest {
  RaggedVariantTest() : OpTest({RegisterRaggedTensorVariant}) {}

  Tensor ToVariant(bool batched) {
    return Run1("RaggedTensorToVariant", {Ints({0, 2, 3}), Ints({0, 1, 1, 3}), values_},
                {{"batched_input", batched}});
  }
  static AttrMap Ranks(int64_t input, int64_t output) {
    return {
        {"input_ragged_rank", input}, {"output_ragged_rank", output}, {"Tvalues", DType::kFloat}};
  }

  const Tensor values_ = Tensor::Vector<float>({1, 2, 3});
};

TEST_F(RaggedVariantTest, ComesBackWhole) {
  const std::vector<Tensor> whole = {Ints({0, 2, 3}), Ints({0, 1, 1, 3}), values_};
  EXPECT_EQ(ToVariant(false).rank(), 0);
  EXPECT_OUTPUTS_NEAR(Run("RaggedTensorFromVariant", {ToVariant(false)}, Ranks(2, 2)), whole);
  EXPECT_EQ(ToVariant(true).shape(), Shape({2}));
  EXPECT_OUTPUTS_NEAR(Run("RaggedTensorFromVariant", {ToVariant(true)}, Ranks(1, 2)), whole);
  EXPECT_OUTPUTS_NEAR(Run("RaggedTensorFromVariant", {ToVariant(true)}, Ranks(-1, 2)), whole);
}

TEST_F(RaggedVariantTest, RowsCount) {
  const Tensor rows = ToVariant(true);
  const auto row = [&](int64_t i) {
    return Run("RaggedTensorFromVariant", {*rows.Slice(i, i + 1).Reshaped(Shape())}, Ranks(-1, 1));
  };
  EXPECT_OUTPUTS_NEAR(row(0), std::vector<Tensor>({Ints({0, 1, 1}), Tensor::Vector<float>({1})}));
  EXPECT_OUTPUTS_NEAR(row(1), std::vector<Tensor>({Ints({0, 2}), Tensor::Vector<float>({2, 3})}));
  // Each twice, in a matrix.
  const Tensor matrix =
      Tensor::Of<Variant>({2, 2}, {rows.data<Variant>()[0], rows.data<Variant>()[0],
                                   rows.data<Variant>()[1], rows.data<Variant>()[1]});
  EXPECT_OUTPUTS_NEAR(
      Run("RaggedTensorFromVariant", {matrix}, Ranks(1, 3)),
      std::vector<Tensor>({Ints({0, 2, 4}), Ints({0, 2, 4, 5, 6}), Ints({0, 1, 1, 2, 2, 4, 6}),
                           Tensor::Vector<float>({1, 1, 2, 3, 2, 3})}));
}

TEST_F(RaggedVariantTest, DenseRows) {
  const Tensor rows = Run1("RaggedTensorToVariant", {Tensor::Of<float>({2, 2}, {1, 2, 3, 4})},
                           {{"batched_input", true}, {"RAGGED_RANK", int64_t{0}}});
  EXPECT_OUTPUTS_NEAR(Run("RaggedTensorFromVariant", {rows}, Ranks(0, 1)),
                      std::vector<Tensor>({Ints({0, 2, 4}), Tensor::Vector<float>({1, 2, 3, 4})}));
}

TEST_F(RaggedVariantTest, Refuses) {
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("RaggedTensorToVariant", {Ints({0, 2}), values_}, {{"batched_input", true}}), bad);
  const auto code = [&](Tensor encoded, AttrMap attrs) {
    return Code("RaggedTensorFromVariant", {std::move(encoded)}, std::move(attrs));
  };
  EXPECT_EQ(code(ToVariant(true), Ranks(1, 1)), bad);
  EXPECT_EQ(code(ToVariant(true), Ranks(2, 3)), bad);
  EXPECT_EQ(code(ToVariant(false), Ranks(1, 1)), bad);
  EXPECT_EQ(code(Tensor::Scalar<Variant>(Variant()), Ranks(0, 0)), bad);
  AttrMap ints = Ranks(1, 2);
  ints.Set("Tvalues", DType::kInt32);
  EXPECT_EQ(code(ToVariant(true), ints), bad);
}

// Rows in variants and out of them.
Outputs ThroughVariants(GraphBuilder& b, const Outputs& in) {
  const Output splits = b.Const(Ints({0, 1, 1, 3}));
  const Output rows = b.Op1("RaggedTensorToVariant", {splits, in[0]}, {{"batched_input", true}});
  const Outputs back = b.Op("RaggedTensorFromVariant", {rows},
                            {{"input_ragged_rank", int64_t{0}},
                             {"output_ragged_rank", int64_t{1}},
                             {"Tvalues", DType::kDouble}});
  return b.ok() ? Outputs{back[1]} : Outputs();
}
const std::vector<Tensor> kRows = {Tensor::Of<double>({3, 2}, {1, 2, 3, 4, 5, 6})};
MR_GRADIENT_EXAMPLE({.op = "RaggedTensorToVariant", .inputs = kRows, .build = ThroughVariants});
MR_GRADIENT_EXAMPLE({.op = "RaggedTensorFromVariant", .inputs = kRows, .build = ThroughVariants});

}  // namespace
}  // namespace millrace
