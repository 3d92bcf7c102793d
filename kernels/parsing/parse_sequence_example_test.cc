// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"
#include "protos/example.pb.h"

namespace millrace {

absl::Status RegisterParseSequenceExample(Registry& r);

namespace {

using absl::StatusCode;
using Keys = std::vector<std::string>;
using Types = std::vector<DType>;
using Shapes = std::vector<PartialShape>;

Tensor Strings(Keys keys) { return Tensor::Vector<std::string>(std::move(keys)); }
Tensor Ints(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }
const Tensor kFloats = Tensor::Vector<float>({});

// Context: "a", 2 floats, and "b", ints; lists: "x", steps of 2 ints, and "y", steps of strings.
std::string Sequence(std::vector<float> a, std::vector<int64_t> b,
                     std::vector<std::vector<int64_t>> x, std::vector<Keys> y) {
  SequenceExample example;
  auto& context = *example.mutable_context()->mutable_feature();
  auto& lists = *example.mutable_feature_lists()->mutable_feature_list();
  for (const float v : a) context["a"].mutable_float_list()->add_value(v);
  for (const int64_t v : b) context["b"].mutable_int64_list()->add_value(v);
  for (const auto& step : x) {
    Int64List* values = lists["x"].add_feature()->mutable_int64_list();
    for (const int64_t v : step) values->add_value(v);
  }
  for (const Keys& step : y) {
    BytesList* values = lists["y"].add_feature()->mutable_bytes_list();
    for (const std::string& v : step) values->add_value(v);
  }
  return example.SerializeAsString();
}

const std::string& First() {
  static const std::string* const kFirst = new std::string(
      Sequence({1.5f, 2.5f}, {3, 4, 5}, {{1, 2}, {3, 4}, {5, 6}}, {{"p"}, {}, {"q", "r"}}));
  return *kFirst;
}
Tensor Three() {
  return Strings(
      {First(), Sequence({0.5f, 0.25f}, {}, {{7, 8}}, {}), Sequence({7, 8}, {9}, {}, {})});
}

struct ParseSequenceTest : OpTest {
  ParseSequenceTest() : OpTest({RegisterParseSequenceExample}) {}
};

AttrMap Counts() {
  return {{"Ncontext_sparse", int64_t{1}},
          {"Ncontext_dense", int64_t{1}},
          {"Nfeature_list_sparse", int64_t{1}},
          {"Nfeature_list_dense", int64_t{1}},
          {"context_sparse_types", Types{DType::kInt64}},
          {"context_dense_shapes", Shapes{PartialShape::Of({2})}},
          {"feature_list_sparse_types", Types{DType::kString}},
          {"feature_list_dense_types", Types{DType::kInt64}},
          {"feature_list_dense_shapes", Shapes{PartialShape::Of({2})}}};
}

AttrMap ByAttrs(Keys may_miss = {"x"}) {
  AttrMap attrs = Counts();
  attrs.Set("context_sparse_keys", Keys{"b"});
  attrs.Set("context_dense_keys", Keys{"a"});
  attrs.Set("feature_list_sparse_keys", Keys{"y"});
  attrs.Set("feature_list_dense_keys", Keys{"x"});
  attrs.Set("feature_list_dense_missing_assumed_empty", std::move(may_miss));
  return attrs;
}

TEST_F(ParseSequenceTest, Batch) {
  EXPECT_OUTPUTS_NEAR(
      Run("ParseSequenceExample", {Three(), Strings({}), kFloats}, ByAttrs()),
      std::vector<Tensor>(
          {Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 0, 2, 2, 0}), Ints({3, 4, 5, 9}), Ints({3, 3}),
           Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8}),
           Tensor::Of<int64_t>({3, 3}, {0, 0, 0, 0, 2, 0, 0, 2, 1}), Strings({"p", "q", "r"}),
           Ints({3, 3, 2}),
           Tensor::Of<int64_t>({3, 3, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
           Ints({3, 1, 0})}));
}

TEST_F(ParseSequenceTest, ScalarHasNoBatch) {
  const auto outputs =
      Run("ParseSequenceExample", {Tensor::Scalar(First()), Strings({}), kFloats}, ByAttrs());
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_TENSOR_EQ((*outputs)[4], Tensor::Of<int64_t>({3, 2}, {0, 0, 2, 0, 2, 1}));
  EXPECT_TENSOR_EQ((*outputs)[7], Tensor::Of<int64_t>({3, 2}, {1, 2, 3, 4, 5, 6}));
  EXPECT_TENSOR_EQ((*outputs)[8], Tensor::Scalar<int64_t>(3));
}

TEST_F(ParseSequenceTest, V2HasRaggedLists) {
  AttrMap attrs = {{"Tcontext_dense", Types{}},
                   {"context_ragged_value_types", Types{DType::kInt64}},
                   {"context_ragged_split_types", Types{DType::kInt64}},
                   {"feature_list_ragged_value_types", Types{DType::kString}},
                   {"feature_list_ragged_split_types", Types{DType::kInt32}}};
  EXPECT_OUTPUTS_NEAR(
      Run("ParseSequenceExampleV2",
          {Three(), Strings({}), Strings({}), Strings({}), Strings({"b"}), Strings({}), Strings({}),
           Strings({"y"}), Tensor::Vector<bool>({})},
          attrs),
      std::vector<Tensor>({Ints({3, 4, 5, 9}), Ints({0, 3, 3, 4}), Strings({"p", "q", "r"}),
                           Tensor::Vector<int32_t>({0, 3, 3, 3}),
                           Tensor::Vector<int32_t>({0, 1, 1, 3})}));
}

TEST_F(ParseSequenceTest, Single) {
  const auto run = [&](Tensor serialised, Keys may_miss, const char* dense) {
    return Run("ParseSingleSequenceExample",
               {std::move(serialised), Strings(std::move(may_miss)), Tensor::Scalar("b"),
                Tensor::Scalar("a"), Tensor::Scalar("y"), Tensor::Scalar(dense), kFloats,
                Tensor::Scalar("")},
               Counts());
  };
  EXPECT_OUTPUTS_NEAR(run(Tensor::Scalar(First()), {}, "x"),
                      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 2}), Ints({3, 4, 5}),
                                           Ints({3}), Tensor::Vector<float>({1.5f, 2.5f}),
                                           Tensor::Of<int64_t>({3, 2}, {0, 0, 2, 0, 2, 1}),
                                           Strings({"p", "q", "r"}), Ints({3, 2}),
                                           Tensor::Of<int64_t>({3, 2}, {1, 2, 3, 4, 5, 6})}));
  EXPECT_EQ(run(Three(), {}, "x").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(run(Tensor::Scalar(First()), {}, "z").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(run(Tensor::Scalar(First()), {"z"}, "z").status().code(), StatusCode::kOk);
}

TEST_F(ParseSequenceTest, Refuses) {
  const auto code = [&](Tensor serialised, AttrMap attrs) {
    return Code("ParseSequenceExample", {std::move(serialised), Strings({}), kFloats},
                std::move(attrs));
  };
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(code(Three(), ByAttrs({})), bad);  // one has no "x"
  EXPECT_EQ(code(Strings({"\377\377"}), ByAttrs()), bad);
  AttrMap attrs = ByAttrs();
  attrs.Set("feature_list_dense_shapes", Shapes{PartialShape::Of({3})});
  EXPECT_EQ(code(Three(), attrs), bad);
  attrs = ByAttrs();
  attrs.Set("feature_list_dense_types", Types{DType::kFloat});
  EXPECT_EQ(code(Three(), attrs), bad);
  attrs = ByAttrs();
  attrs.Set("context_sparse_types", Types{DType::kInt64, DType::kInt64});
  EXPECT_EQ(code(Three(), attrs), bad);
}

}  // namespace
}  // namespace millrace
