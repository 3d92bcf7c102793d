// Staging areas with keys: parts, order, looking, limits, what is refused. As TensorFlow 2.21 does.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterMapStage(Registry& r);

namespace {

using absl::StatusCode;

struct MapStageTest : OpTest, testing::WithParamInterface<const char*> {
  MapStageTest() : OpTest({RegisterMapStage}) {}

  static AttrMap Area(int64_t memory_limit = 0) {
    return {{"dtypes", std::vector<DType>{DType::kFloat, DType::kString}},
            {"shared_name", "area"},
            {"memory_limit", memory_limit}};
  }
  static AttrMap Outs(std::vector<DType> dtypes) {
    AttrMap attrs = Area();
    attrs.Set("dtypes", std::move(dtypes));
    return attrs;
  }
  static Tensor Key(int64_t key) { return Tensor::Scalar<int64_t>(key); }
  static Tensor Ints(std::initializer_list<int32_t> i) { return Tensor::Vector<int32_t>(i); }
  std::string Name(const char* op) const { return std::string(GetParam()) + op; }

  StatusCode Stage(int64_t key, Tensor indices, std::vector<Tensor> values,
                   int64_t memory_limit = 0) {
    std::vector<OpInput> inputs = {Key(key), std::move(indices)};
    inputs.insert(inputs.end(), values.begin(), values.end());
    return Code(Name("MapStage"), std::move(inputs), Area(memory_limit));
  }
  std::pair<int32_t, int32_t> Sizes() {
    return {Run1(Name("MapSize"), {}, Area()).scalar<int32_t>(),
            Run1(Name("MapIncompleteSize"), {}, Area()).scalar<int32_t>()};
  }
  const Tensor x_ = Tensor::Scalar<float>(2), s_ = Tensor::Scalar("s");
  const std::vector<DType> both_ = {DType::kFloat, DType::kString};
};

TEST_P(MapStageTest, PutsTogetherAndTakesApart) {
  EXPECT_EQ(Stage(7, Ints({1}), {s_}), StatusCode::kOk);
  EXPECT_EQ(Sizes(), std::make_pair(0, 1));
  EXPECT_EQ(Stage(7, Ints({0}), {x_}), StatusCode::kOk);
  EXPECT_EQ(Sizes(), std::make_pair(1, 0));
  EXPECT_OUTPUTS_NEAR(Run(Name("MapPeek"), {Key(7), Ints({0, 1})}, Outs(both_)),
                      std::vector<Tensor>({x_, s_}));
  EXPECT_OUTPUTS_NEAR(Run(Name("MapUnstage"), {Key(7), Ints({0})}, Outs({DType::kFloat})),
                      std::vector<Tensor>({x_}));
  EXPECT_EQ(Sizes(), std::make_pair(1, 0));
  EXPECT_EQ(Code(Name("MapPeek"), {Key(7), Ints({0})}, Outs({DType::kFloat})),
            StatusCode::kInvalidArgument);
  EXPECT_OUTPUTS_NEAR(Run(Name("MapUnstageNoKey"), {Ints({1})}, Outs({DType::kString})),
                      std::vector<Tensor>({Key(7), s_}));
  EXPECT_EQ(Sizes(), std::make_pair(0, 0));
}

TEST_P(MapStageTest, TakesTheLeastKeyAndClears) {
  for (const int64_t key : {9, -3, 4})
    EXPECT_EQ(Stage(key, Ints({0, 1}), {x_, s_}), StatusCode::kOk);
  EXPECT_OUTPUTS_NEAR(Run(Name("MapUnstageNoKey"), {Ints({0, 1})}, Outs(both_)),
                      std::vector<Tensor>({Key(-3), x_, s_}));
  EXPECT_TRUE(Run(Name("MapClear"), {}, Area()).ok());
  EXPECT_EQ(Sizes(), std::make_pair(0, 0));
}

TEST_P(MapStageTest, Refuses) {
  EXPECT_EQ(Stage(1, Ints({1, 0}), {s_, x_}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stage(1, Ints({2}), {x_}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stage(1, Ints({-1}), {x_}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stage(1, Ints({0, 1}), {x_}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stage(1, Ints({0, 1}), {x_, s_}, 4), StatusCode::kResourceExhausted);
  EXPECT_EQ(Stage(1, Ints({0}), {x_}), StatusCode::kOk);
  EXPECT_EQ(Stage(1, Ints({0}), {x_}), StatusCode::kInvalidArgument);
  EXPECT_EQ(Stage(2, Ints({0, 1}), {x_, s_}), StatusCode::kOk);
  EXPECT_EQ(Code(Name("MapUnstage"), {Key(2), Ints({5})}, Outs({DType::kFloat})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code(Name("MapUnstage"), {Key(2), Ints({0})}, Outs({DType::kInt32})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Code(Name("MapUnstage"), {Key(2), Ints({0})}, Outs(both_)),
            StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Kinds, MapStageTest, testing::Values("", "Ordered"));

}  // namespace
}  // namespace millrace
