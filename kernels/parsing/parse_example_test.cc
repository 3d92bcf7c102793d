// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"
#include "protos/example.pb.h"

namespace millrace {

absl::Status RegisterParseExample(Registry& r);

namespace {

using absl::StatusCode;
using Keys = std::vector<std::string>;
using Types = std::vector<DType>;
using Shapes = std::vector<PartialShape>;

// Features "a", "b" and "s"; without values a feature is left out.
std::string Serialised(std::vector<float> a, std::vector<int64_t> b, Keys s) {
  Example example;
  auto& features = *example.mutable_features()->mutable_feature();
  for (const float v : a) features["a"].mutable_float_list()->add_value(v);
  for (const int64_t v : b) features["b"].mutable_int64_list()->add_value(v);
  for (const std::string& v : s) features["s"].mutable_bytes_list()->add_value(v);
  return example.SerializeAsString();
}

const std::string& First() {
  static const std::string* const kFirst =
      new std::string(Serialised({1.5f, 2.5f}, {3, 4, 5}, {"x"}));
  return *kFirst;
}
Tensor Three() {
  return Tensor::Vector<std::string>(
      {First(), Serialised({0.5f, 0.25f}, {}, {"y", "zz"}), Serialised({7, 8}, {9}, {})});
}
Tensor Strings(Keys keys) { return Tensor::Vector<std::string>(std::move(keys)); }
Tensor Key(const char* key) { return Tensor::Scalar(key); }

struct ParseExampleTest : OpTest {
  ParseExampleTest() : OpTest({RegisterParseExample}) {}

  // Of ParseExample with one dense feature.
  std::vector<OpInput> DenseInputs(const char* key, Tensor otherwise, Keys names = {}) {
    return {Three(), Strings(std::move(names)), Key(key), std::move(otherwise)};
  }
  static AttrMap DenseAttrs(PartialShape shape) {
    return {{"Nsparse", int64_t{0}},
            {"Ndense", int64_t{1}},
            {"sparse_types", Types{}},
            {"dense_shapes", Shapes{std::move(shape)}}};
  }
};

TEST_F(ParseExampleTest, SparseAndDenseFeatures) {
  const AttrMap attrs = {{"Nsparse", int64_t{2}},
                         {"Ndense", int64_t{1}},
                         {"sparse_types", Types{DType::kInt64, DType::kString}},
                         {"dense_shapes", Shapes{PartialShape::Of({2})}}};
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Three(), Strings({}), Key("b"), Key("s"), Key("a"), Tensor::Vector<float>({})}, attrs),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 0, 2, 2, 0}),
                           Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 1, 1}),
                           Tensor::Vector<int64_t>({3, 4, 5, 9}), Strings({"x", "y", "zz"}),
                           Tensor::Vector<int64_t>({3, 3}), Tensor::Vector<int64_t>({3, 2}),
                           Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8})}));
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Strings({}), Strings({}), Key("b"), Key("s"), Key("a"), Tensor::Vector<float>({})},
          attrs),
      std::vector<Tensor>({Tensor::Of<int64_t>({0, 2}, {}), Tensor::Of<int64_t>({0, 2}, {}),
                           Tensor::Vector<int64_t>({}), Strings({}),
                           Tensor::Vector<int64_t>({0, 0}), Tensor::Vector<int64_t>({0, 0}),
                           Tensor::Of<float>({0, 2}, {})}));
}

TEST_F(ParseExampleTest, PadsDenseFeatures) {
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Three(), Strings({"n0", "n1", "n2"}), Key("a"), Key("b"), Tensor::Vector<float>({9, 9}),
           Tensor::Vector<int64_t>({-1})},
          {{"Nsparse", int64_t{0}},
           {"Ndense", int64_t{2}},
           {"sparse_types", Types{}},
           {"dense_shapes", Shapes{PartialShape::Of({2}), PartialShape::Of({-1})}}}),
      std::vector<Tensor>({Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8}),
                           Tensor::Of<int64_t>({3, 3}, {3, 4, 5, -1, -1, -1, 9, -1, -1})}));
}

TEST_F(ParseExampleTest, TakesDefaults) {
  EXPECT_TENSOR_NEAR(Run1("ParseExample", DenseInputs("q", Tensor::Of<float>({2, 1}, {1, 2})),
                          DenseAttrs(PartialShape::Of({2, 1}))),
                     Tensor::Of<float>({3, 2, 1}, {1, 2, 1, 2, 1, 2}));
}

TEST_F(ParseExampleTest, V2TakesBatchesAndSingleExamples) {
  const AttrMap attrs = {{"num_sparse", int64_t{1}},
                         {"sparse_types", Types{DType::kInt64}},
                         {"ragged_value_types", Types{DType::kString}},
                         {"ragged_split_types", Types{DType::kInt32}},
                         {"dense_shapes", Shapes{PartialShape::Of({2})}}};
  const auto run = [&](Tensor serialised) {
    return Run("ParseExampleV2",
               {std::move(serialised), Strings({}), Strings({"b"}), Strings({"a"}), Strings({"s"}),
                Tensor::Vector<float>({})},
               attrs);
  };
  EXPECT_OUTPUTS_NEAR(
      run(Tensor::Scalar(First())),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 2}),
                           Tensor::Vector<int64_t>({3, 4, 5}), Tensor::Vector<int64_t>({3}),
                           Tensor::Vector<float>({1.5f, 2.5f}), Strings({"x"}),
                           Tensor::Vector<int32_t>({})}));
  EXPECT_OUTPUTS_NEAR(
      run(Three()),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 0, 2, 2, 0}),
                           Tensor::Vector<int64_t>({3, 4, 5, 9}), Tensor::Vector<int64_t>({3, 3}),
                           Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8}),
                           Strings({"x", "y", "zz"}), Tensor::Vector<int32_t>({0, 1, 3, 3})}));
}

TEST_F(ParseExampleTest, SingleExample) {
  const AttrMap attrs = {{"num_sparse", int64_t{2}},
                         {"sparse_keys", Keys{"b", "q"}},
                         {"dense_keys", Keys{"a"}},
                         {"sparse_types", Types{DType::kInt64, DType::kFloat}},
                         {"dense_shapes", Shapes{PartialShape::Of({2})}}};
  EXPECT_OUTPUTS_NEAR(
      Run("ParseSingleExample", {Tensor::Scalar(First()), Tensor::Vector<float>({})}, attrs),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 2}), Tensor::Of<int64_t>({0, 1}, {}),
                           Tensor::Vector<int64_t>({3, 4, 5}), Tensor::Vector<float>({}),
                           Tensor::Vector<int64_t>({3}), Tensor::Vector<int64_t>({0}),
                           Tensor::Vector<float>({1.5f, 2.5f})}));
  EXPECT_EQ(Code("ParseSingleExample", {Three(), Tensor::Vector<float>({})}, attrs),
            StatusCode::kInvalidArgument);
}

TEST_F(ParseExampleTest, RefusesFeaturesThatDoNotFit) {
  const auto code = [&](const char* key, Tensor otherwise, PartialShape shape, Keys names = {}) {
    return Code("ParseExample", DenseInputs(key, std::move(otherwise), std::move(names)),
                DenseAttrs(std::move(shape)));
  };
  const StatusCode bad = StatusCode::kInvalidArgument;
  const PartialShape two = PartialShape::Of({2}), three = PartialShape::Of({3});
  const Tensor ints = Tensor::Vector<int64_t>({}), floats = Tensor::Vector<float>({});
  EXPECT_EQ(code("a", floats, two), StatusCode::kOk);
  EXPECT_EQ(code("a", floats, three), bad);
  EXPECT_EQ(code("b", ints, three), bad);  // an example has none
  EXPECT_EQ(code("q", ints, three), bad);
  EXPECT_EQ(code("a", ints, two), bad);  // another type
  EXPECT_EQ(code("a", Tensor::Vector<float>({1, 2, 3}), two), bad);
  EXPECT_EQ(code("a", floats, two, {"a"}), bad);  // one name of three
  EXPECT_EQ(code("a", floats, PartialShape::Of({-1, -1})), bad);
}

TEST_F(ParseExampleTest, RefusesWhatIsNoExample) {
  EXPECT_EQ(Code("ParseExample",
                 {Strings({"\012\377"}), Strings({}), Key("a"), Tensor::Vector<float>({})},
                 DenseAttrs(PartialShape::Of({2}))),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ParseExample", {Three(), Strings({}), Key("a")},
                 {{"Nsparse", int64_t{1}},
                  {"Ndense", int64_t{0}},
                  {"sparse_types", Types{DType::kInt64}},
                  {"dense_shapes", Shapes{}}}),
            StatusCode::kInvalidArgument);
  // Two types, one key.
  EXPECT_EQ(Code("ParseExample", {Three(), Strings({}), Key("a")},
                 {{"Nsparse", int64_t{1}},
                  {"Ndense", int64_t{0}},
                  {"sparse_types", Types{DType::kFloat, DType::kFloat}},
                  {"dense_shapes", Shapes{}}}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
