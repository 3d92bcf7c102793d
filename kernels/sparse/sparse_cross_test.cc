// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterSparseCross(Registry& r);

namespace {

struct SparseCrossTest : OpTest {
  SparseCrossTest() : OpTest({RegisterSparseCross}) {}

  // A sparse column, [["a", "bb"], [], ["c"]], and a dense one of numbers.
  static std::vector<OpInput> Columns() {
    return {Tensor::Of<int64_t>({3, 2}, {0, 0, 0, 1, 2, 0}),
            Tensor::Vector<std::string>({"a", "bb", "c"}), Tensor::Vector<int64_t>({3, 2}),
            Tensor::Of<int64_t>({3, 2}, {1, -2, 3, 4, 5, 6})};
  }
  static AttrMap Attrs() {
    return {{"N", int64_t{1}},
            {"sparse_types", std::vector<DType>{DType::kString}},
            {"dense_types", std::vector<DType>{DType::kInt64}}};
  }
  static AttrMap Hashed(int64_t buckets, DType internal) {
    AttrMap attrs = Attrs();
    attrs.Set("hashed_output", true);
    attrs.Set("num_buckets", buckets);
    attrs.Set("hash_key", int64_t{956888297470});
    attrs.Set("out_type", DType::kInt64);
    attrs.Set("internal_type", internal);
    return attrs;
  }
  static std::vector<OpInput> With(std::vector<OpInput> inputs, std::vector<OpInput> more) {
    for (OpInput& input : more) inputs.push_back(std::move(input));
    return inputs;
  }
  static std::vector<OpInput> Salted(bool strong) {
    return With(Columns(), {Tensor::Scalar<int64_t>(1000), Tensor::Scalar<bool>(strong),
                            Tensor::Vector<int64_t>({137, -5})});
  }

  const Tensor indices_ = Tensor::Of<int64_t>({6, 2}, {0, 0, 0, 1, 0, 2, 0, 3, 2, 0, 2, 1});
  const Tensor shape_ = Tensor::Vector<int64_t>({3, 4});
};

TEST_F(SparseCrossTest, JoinsEachChoice) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseCrossV2", With(Columns(), {Tensor::Scalar("/")}), Attrs()),
      std::vector<Tensor>(
          {indices_, Tensor::Vector<std::string>({"a/1", "a/-2", "bb/1", "bb/-2", "c/5", "c/6"}),
           shape_}));
}

TEST_F(SparseCrossTest, HashesAsTensorFlow) {
  EXPECT_OUTPUTS_NEAR(
      Run("SparseCross", Columns(), Hashed(0, DType::kInt64)),
      std::vector<Tensor>(
          {indices_,
           Tensor::Vector<int64_t>({2928842892298887678, 8839182380324527318, 7662026292601998360,
                                    420636157114492666, 4707660378794676007, 6885183645886368187}),
           shape_}));
  EXPECT_OUTPUTS_NEAR(
      Run("SparseCrossHashed", Salted(false), Attrs()),
      std::vector<Tensor>(
          {indices_, Tensor::Vector<int64_t>({41, 604, 144, 247, 406, 126}), shape_}));
}

TEST_F(SparseCrossTest, StrongHashesOfStringsTakeTheSalt) {
  std::vector<OpInput> inputs = Salted(true);
  inputs[1] = Tensor::Vector<int64_t>({7, 8, 9});
  inputs[3] = Tensor::Of<std::string>({3, 2}, {"a", "bb", "", "d", "c", "long word"});
  AttrMap attrs = Attrs();
  attrs.Set("sparse_types", std::vector<DType>{DType::kInt64});
  attrs.Set("dense_types", std::vector<DType>{DType::kString});
  EXPECT_OUTPUTS_NEAR(
      Run("SparseCrossHashed", inputs, attrs),
      std::vector<Tensor>(
          {indices_, Tensor::Vector<int64_t>({272, 304, 847, 153, 596, 379}), shape_}));
}

TEST_F(SparseCrossTest, Refuses) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(Code("SparseCross", Columns(), Hashed(0, DType::kString)), bad);
  std::vector<OpInput> inputs = Columns();
  inputs[2] = Tensor::Vector<int64_t>({4, 2});  // other rows than the dense column
  EXPECT_EQ(Code("SparseCross", inputs, Hashed(0, DType::kInt64)), bad);
  inputs = Columns();
  inputs[1] = Tensor::Vector<std::string>({"a"});
  EXPECT_EQ(Code("SparseCross", inputs, Hashed(0, DType::kInt64)), bad);
  inputs = Columns();
  inputs[2] = Tensor::Vector<int64_t>({-3, 2});
  EXPECT_EQ(Code("SparseCross", inputs, Hashed(0, DType::kInt64)), bad);
  EXPECT_EQ(Code("SparseCrossV2", With(Columns(), {Tensor::Vector<std::string>({"/"})}), Attrs()),
            bad);
}

}  // namespace
}  // namespace millrace
