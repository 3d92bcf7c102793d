// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterParseExample(Registry& r);

namespace {

struct ParseExampleTest : OpTest {
  ParseExampleTest() : OpTest({RegisterParseExample}) {}
};

TEST_F(ParseExampleTest, Batch) {
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Tensor::Vector<std::string>(
               {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                            "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012\001"
                            "s\022\005\012\003\012\001x",
                            47),
                std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                            "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                            37),
                std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                            "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                            33)}),
           Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("b"),
           Tensor::Scalar<std::string>("s"), Tensor::Scalar<std::string>("a"),
           Tensor::Vector<float>({})},
          {{"sparse_types", std::vector<DType>{DType::kInt64, DType::kString}},
           {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({4, 2}, {0, 0, 0, 1, 0, 2, 2, 0}),
                           Tensor::Of<int64_t>({3, 2}, {0, 0, 1, 0, 1, 1}),
                           Tensor::Vector<int64_t>({3, 4, 5, 9}),
                           Tensor::Vector<std::string>({"x", "y", "zz"}),
                           Tensor::Vector<int64_t>({3, 3}), Tensor::Vector<int64_t>({3, 2}),
                           Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8})}));
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Tensor::Vector<std::string>(
               {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                            "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012\001"
                            "s\022\005\012\003\012\001x",
                            47),
                std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                            "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                            37),
                std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                            "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                            33)}),
           Tensor::Vector<std::string>({"n0", "n1", "n2"}), Tensor::Scalar<std::string>("a"),
           Tensor::Scalar<std::string>("b"), Tensor::Vector<float>({9, 9}),
           Tensor::Vector<int64_t>({-1})},
          {{"sparse_types", std::vector<int64_t>{}},
           {"dense_shapes",
            std::vector<PartialShape>{PartialShape::Of({2}), PartialShape::Of({-1})}}}),
      std::vector<Tensor>({Tensor::Of<float>({3, 2}, {1.5f, 2.5f, 0.5f, 0.25f, 7, 8}),
                           Tensor::Of<int64_t>({3, 3}, {3, 4, 5, -1, -1, -1, 9, -1, -1})}));
  EXPECT_TENSOR_NEAR(
      Run1("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("q"),
            Tensor::Of<float>({2, 1}, {1, 2})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2, 1})}}}),
      Tensor::Of<float>({3, 2, 1}, {1, 2, 1, 2, 1, 2}));
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExample",
          {Tensor::Vector<std::string>({}), Tensor::Vector<std::string>({}),
           Tensor::Scalar<std::string>("b"), Tensor::Scalar<std::string>("a"),
           Tensor::Vector<float>({})},
          {{"sparse_types", std::vector<DType>{DType::kInt64}},
           {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({0, 2}, {}), Tensor::Vector<int64_t>({}),
                           Tensor::Vector<int64_t>({0, 0}), Tensor::Of<float>({0, 2}, {})}));
}

TEST_F(ParseExampleTest, V2) {
  EXPECT_OUTPUTS_NEAR(
      Run("ParseExampleV2",
          {Tensor::Scalar<std::string>(
               std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                           "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012\001s"
                           "\022\005\012\003\012\001x",
                           47)),
           Tensor::Vector<std::string>({}), Tensor::Vector<std::string>({"b"}),
           Tensor::Vector<std::string>({"a"}), Tensor::Vector<std::string>({"s"}),
           Tensor::Vector<float>({})},
          {{"num_sparse", int64_t{1}},
           {"sparse_types", std::vector<DType>{DType::kInt64}},
           {"ragged_value_types", std::vector<DType>{DType::kString}},
           {"ragged_split_types", std::vector<DType>{DType::kInt64}},
           {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 2}),
                           Tensor::Vector<int64_t>({3, 4, 5}), Tensor::Vector<int64_t>({3}),
                           Tensor::Vector<float>({1.5f, 2.5f}), Tensor::Vector<std::string>({"x"}),
                           Tensor::Vector<int64_t>({})}));
}

TEST_F(ParseExampleTest, Single) {
  EXPECT_OUTPUTS_NEAR(
      Run("ParseSingleExample",
          {Tensor::Scalar<std::string>(
               std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                           "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012\001s"
                           "\022\005\012\003\012\001x",
                           47)),
           Tensor::Vector<float>({})},
          {{"num_sparse", int64_t{2}},
           {"sparse_keys", std::vector<std::string>{"b", "q"}},
           {"dense_keys", std::vector<std::string>{"a"}},
           {"sparse_types", std::vector<DType>{DType::kInt64, DType::kFloat}},
           {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      std::vector<Tensor>({Tensor::Of<int64_t>({3, 1}, {0, 1, 2}), Tensor::Of<int64_t>({0, 1}, {}),
                           Tensor::Vector<int64_t>({3, 4, 5}), Tensor::Vector<float>({}),
                           Tensor::Vector<int64_t>({3}), Tensor::Vector<int64_t>({0}),
                           Tensor::Vector<float>({1.5f, 2.5f})}));
}

TEST_F(ParseExampleTest, Refuses) {
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("b"),
            Tensor::Vector<int64_t>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({3})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("q"),
            Tensor::Vector<int64_t>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({3})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a"),
            Tensor::Vector<int64_t>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a"),
            Tensor::Vector<float>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({3})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a"),
            Tensor::Vector<float>({1, 2, 3})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({"a"}), Tensor::Scalar<std::string>("a"),
            Tensor::Vector<float>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("ParseExample", {Tensor::Vector<std::string>({"\012\377"}), Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a"), Tensor::Vector<float>({})}, {{"sparse_types", std::vector<int64_t>{}}, {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}), absl::StatusCode::?UnicodeDecodeError);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a"),
            Tensor::Vector<float>({})},
           {{"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({-1, -1})}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<std::string>({}), Tensor::Scalar<std::string>("a")},
           {{"sparse_types", std::vector<DType>{DType::kInt64}},
            {"dense_shapes", std::vector<int64_t>{}}}),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      Code("ParseSingleExample",
           {Tensor::Vector<std::string>(
                {std::string("\012-\012\021\012\001a\022\014\022\012\012\010\000\000\300?\000\000 "
                             "@\012\014\012\001b\022\007\032\005\012\003\003\004\005\012\012\012"
                             "\001s\022\005\012\003\012\001x",
                             47),
                 std::string("\012#\012\021\012\001a\022\014\022\012\012\010\000\000\000?"
                             "\000\000\200>\012\016\012\001s\022\011\012\007\012\001y\012\002zz",
                             37),
                 std::string("\012\037\012\021\012\001a\022\014\022\012\012\010\000\000\340@"
                             "\000\000\000A\012\012\012\001b\022\005\032\003\012\001\011",
                             33)}),
            Tensor::Vector<float>({})},
           {{"num_sparse", int64_t{0}},
            {"sparse_keys", std::vector<int64_t>{}},
            {"dense_keys", std::vector<std::string>{"a"}},
            {"sparse_types", std::vector<int64_t>{}},
            {"dense_shapes", std::vector<PartialShape>{PartialShape::Of({2})}}}),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
