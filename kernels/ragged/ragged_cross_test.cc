// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterRaggedCross(Registry& r);

namespace {

struct RaggedCrossTest : OpTest {
  RaggedCrossTest() : OpTest({RegisterRaggedCross}) {}

  // [["x"], [], ["", "zz"]], a sparse column [["a", "bb"], [], ["c"]] and a dense one.
  static std::vector<OpInput> Columns() {
    return {Tensor::Vector<std::string>({"x", "", "zz"}),
            Tensor::Vector<int64_t>({0, 1, 1, 3}),
            Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}),
            Tensor::Vector<std::string>({"a", "bb", "c"}),
            Tensor::Vector<int64_t>({3, 2}),
            Tensor::Of<int64_t>({3, 1}, {1, 2, 3})};
  }
  static AttrMap Attrs(const char* order, DType values, DType splits) {
    return {{"Nsparse", int64_t{1}},
            {"input_order", order},
            {"hashed_output", values == DType::kInt64},
            {"num_buckets", int64_t{100}},
            {"hash_key", int64_t{956888297470}},
            {"ragged_values_types", std::vector<DType>{DType::kString}},
            {"ragged_splits_types", std::vector<DType>{DType::kInt64}},
            {"sparse_values_types", std::vector<DType>{DType::kString}},
            {"dense_types", std::vector<DType>{DType::kInt64}},
            {"out_values_type", values},
            {"out_row_splits_type", splits}};
  }
};

TEST_F(RaggedCrossTest, JoinsAndHashesInTheOrderOfTheInputs) {
  EXPECT_OUTPUTS_NEAR(Run("RaggedCross", Columns(), Attrs("DRS", DType::kString, DType::kInt32)),
                      std::vector<Tensor>({Tensor::Vector<std::string>({"1_X_x_X_a", "1_X_x_X_bb",
                                                                        "3_X__X_c", "3_X_zz_X_c"}),
                                           Tensor::Vector<int32_t>({0, 2, 2, 4})}));
  std::vector<OpInput> inputs = Columns();
  inputs[3] = Tensor::Vector<int64_t>({7, 8, 9});
  AttrMap attrs = Attrs("SDR", DType::kInt64, DType::kInt64);
  attrs.Set("sparse_values_types", std::vector<DType>{DType::kInt64});
  EXPECT_OUTPUTS_NEAR(Run("RaggedCross", inputs, attrs),
                      std::vector<Tensor>({Tensor::Vector<int64_t>({2, 91, 53, 34}),
                                           Tensor::Vector<int64_t>({0, 2, 2, 4})}));
}

TEST_F(RaggedCrossTest, Refuses) {
  const auto code = [this](const char* order, std::vector<OpInput> inputs) {
    return Code("RaggedCross", std::move(inputs), Attrs(order, DType::kString, DType::kInt64));
  };
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code("DR", Columns()), bad);
  EXPECT_EQ(code("DRX", Columns()), bad);
  EXPECT_EQ(code("DRR", Columns()), bad);
  std::vector<OpInput> inputs = Columns();
  for (const auto& splits :
       {Tensor::Vector<int64_t>({1, 1, 1, 3}), Tensor::Vector<int64_t>({}),
        Tensor::Vector<int64_t>({0, 2, 1, 3}), Tensor::Vector<int64_t>({0, 1, 1, 9}),
        Tensor::Vector<int64_t>({0, 1, 3})}) {
    inputs[1] = splits;
    EXPECT_EQ(code("DRS", inputs), bad) << splits.DebugString();
  }
}

}  // namespace
}  // namespace millrace
