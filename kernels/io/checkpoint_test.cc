#include "absl/strings/str_cat.h"
#include "core/base/env.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCheckpoint(Registry& r);
absl::Status RegisterMergeCheckpoints(Registry& r);
absl::Status RegisterShardedFilename(Registry& r);

namespace {

Tensor Text(std::string s) { return Tensor::Scalar<std::string>(std::move(s)); }
Tensor Texts(std::vector<std::string> v) { return Tensor::Vector<std::string>(v); }

struct CheckpointTest : OpTest {
  CheckpointTest()
      : OpTest({RegisterCheckpoint, RegisterMergeCheckpoints, RegisterShardedFilename}),
        dir(*DefaultEnv()->MakeTempDir("checkpoint")),
        prefix(JoinPath(dir, "model-1")) {}
  ~CheckpointTest() override { DefaultEnv()->DeleteDirRecursively(dir).IgnoreError(); }

  const std::string dir, prefix;
  const Tensor a = Tensor::Of<float>(Shape{2, 2}, {1, 2, 3, 4});
  const Tensor b = Tensor::Vector<int64_t>({5, 6});
};

TEST_F(CheckpointTest, WhatIsSavedIsRestored) {
  ASSERT_TRUE(Run("SaveV2", {Text(prefix), Texts({"a", "b"}), Texts({"", ""}), a, b}).ok());
  const AttrMap types = {{"dtypes", std::vector<DType>{DType::kInt64, DType::kFloat}}};
  auto restored = Run("RestoreV2", {Text(prefix), Texts({"b", "a"}), Texts({"", ""})}, types);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_TENSOR_EQ((*restored)[0], b);
  EXPECT_TENSOR_EQ((*restored)[1], a);
}

TEST_F(CheckpointTest, SlicesOfAVariableMakeTheWhole) {
  const Tensor upper = a.Slice(0, 1), lower = a.Slice(1, 2);
  ASSERT_TRUE(Run("SaveV2", {Text(prefix), Texts({"a", "a"}), Texts({"2 2 0,1:-", "2 2 1,1:-"}),
                             upper, lower})
                  .ok());
  const AttrMap type = {{"dtypes", std::vector<DType>{DType::kFloat}}};
  EXPECT_TENSOR_EQ(Run1("RestoreV2", {Text(prefix), Texts({"a"}), Texts({""})}, type), a);
  EXPECT_TENSOR_EQ(Run1("RestoreV2", {Text(prefix), Texts({"a"}), Texts({"2 2 -:1,1"})}, type),
                   Tensor::Of<float>(Shape{2, 1}, {2, 4}));
}

TEST_F(CheckpointTest, MergedShardsAreOneCheckpoint) {
  const std::string part0 = dir + "/_temp/part-00000-of-00002";
  EXPECT_TENSOR_EQ(
      Run1("ShardedFilename", {Text(dir + "/_temp/part"), Tensor::Scalar(0), Tensor::Scalar(2)}),
      Text(part0));
  const std::string part1 = dir + "/_temp/part-00001-of-00002";
  ASSERT_TRUE(Run("SaveV2", {Text(part0), Texts({"a"}), Texts({""}), a}).ok());
  ASSERT_TRUE(Run("SaveV2", {Text(part1), Texts({"b"}), Texts({""}), b}).ok());
  auto merged = Run("MergeV2Checkpoints", {Texts({part0, part1}), Text(prefix)});
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_FALSE(*DefaultEnv()->FileExists(dir + "/_temp"));
  const AttrMap type = {{"dtypes", std::vector<DType>{DType::kInt64}}};
  EXPECT_TENSOR_EQ(Run1("RestoreV2", {Text(prefix), Texts({"b"}), Texts({""})}, type), b);
}

TEST_F(CheckpointTest, WrongNamesTypesAndFilesAreErrors) {
  const AttrMap type = {{"dtypes", std::vector<DType>{DType::kInt64}}};
  EXPECT_EQ(Code("RestoreV2", {Text(prefix), Texts({"a"}), Texts({""})}, type),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Run("SaveV2", {Text(prefix), Texts({"a"}), Texts({""}), a}).ok());
  EXPECT_EQ(Code("RestoreV2", {Text(prefix), Texts({"a"}), Texts({""})}, type),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("RestoreV2", {Text(prefix), Texts({"z"}), Texts({""})}, type),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Code("SaveV2", {Text(prefix), Texts({"a"}), Texts({""}), a, b}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Code("SaveV2", {Text(prefix), Texts({"a"}), Texts({"2 2 0,9:-"}), a}),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(DefaultEnv()->WriteStringToFile(prefix + ".index", "nonsense").ok());
  EXPECT_EQ(Code("RestoreV2", {Text(prefix), Texts({"a"}), Texts({""})}, type),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace millrace
