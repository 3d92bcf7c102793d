// Staging areas: order, looking, limits, what is refused.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterStage(Registry& r);

namespace {

using absl::StatusCode;

struct StageTest : OpTest {
  StageTest() : OpTest({RegisterStage}) {}

  static AttrMap Area(int64_t memory_limit = 0) {
    return {{"dtypes", std::vector<DType>{DType::kFloat, DType::kInt32}},
            {"shared_name", "area"},
            {"memory_limit", memory_limit}};
  }
  void Stage(float a, int32_t b) {
    EXPECT_TRUE(Run("Stage", {Tensor::Scalar<float>(a), Tensor::Scalar<int32_t>(b)}, Area()).ok());
  }
  int32_t Size() { return Run1("StageSize", {}, Area()).scalar<int32_t>(); }
};

std::vector<Tensor> Tuple(float a, int32_t b) {
  return {Tensor::Scalar<float>(a), Tensor::Scalar<int32_t>(b)};
}

TEST_F(StageTest, FirstInFirstOut) {
  Stage(1, 10);
  Stage(2, 20);
  EXPECT_EQ(Size(), 2);
  EXPECT_OUTPUTS_NEAR(Run("StagePeek", {Tensor::Scalar<int32_t>(1)}, Area()), Tuple(2, 20));
  EXPECT_OUTPUTS_NEAR(Run("Unstage", {}, Area()), Tuple(1, 10));
  EXPECT_OUTPUTS_NEAR(Run("Unstage", {}, Area()), Tuple(2, 20));
  EXPECT_EQ(Size(), 0);
}

TEST_F(StageTest, ClearsAndKeepsAreasApart) {
  Stage(1, 10);
  AttrMap other = Area();
  other.Set("shared_name", "other");
  EXPECT_TENSOR_EQ(Run1("StageSize", {}, other), Tensor::Scalar<int32_t>(0));
  EXPECT_TRUE(Run("StageClear", {}, Area()).ok());
  EXPECT_EQ(Size(), 0);
}

TEST_F(StageTest, Refuses) {
  EXPECT_EQ(Code("Stage", {Tensor::Scalar<float>(1), Tensor::Scalar<int32_t>(1)}, Area(4)),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(Code("StagePeek", {Tensor::Scalar<int32_t>(-1)}, Area()), StatusCode::kInvalidArgument);
  Stage(1, 10);
  EXPECT_EQ(
      Code("Unstage", {}, {{"dtypes", std::vector<DType>{DType::kFloat}}, {"shared_name", "area"}}),
      StatusCode::kInvalidArgument);
  Stage(1, 10);
  EXPECT_EQ(
      Code("Unstage", {},
           {{"dtypes", std::vector<DType>{DType::kFloat, DType::kFloat}}, {"shared_name", "area"}}),
      StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
