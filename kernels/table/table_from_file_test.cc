// Tables from files: columns, numbers and whole lines; what is refused.
#include "core/base/env.h"
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTableFromFile(Registry& r);
absl::Status RegisterTableOps(Registry& r);

namespace {

using absl::StatusCode;

struct TableFromFileTest : OpTest {
  TableFromFileTest() : OpTest({RegisterTableFromFile, RegisterTableOps}) {}

  void SetUp() override {
    path = *DefaultEnv()->MakeTempDir("table") + "/words.txt";
    ASSERT_TRUE(DefaultEnv()->WriteStringToFile(path, "red\t7\ngreen\t8\r\nblue\tx\n").ok());
  }
  Tensor Table(DType keys, DType values, const std::string& name) {
    return Run1("HashTableV2", {},
                {{"key_dtype", keys}, {"value_dtype", values}, {"shared_name", name}});
  }
  StatusCode Initialize(const Tensor& table, AttrMap attrs, std::string file = "") {
    return Code("InitializeTableFromTextFileV2",
                {table, Tensor::Scalar(file.empty() ? path : file)}, std::move(attrs));
  }
  static AttrMap Columns(int64_t key, int64_t value, int64_t size = -1, int64_t offset = 0) {
    return {{"key_index", key}, {"value_index", value}, {"vocab_size", size}, {"offset", offset}};
  }

  std::string path;
};

TEST_F(TableFromFileTest, TakesColumnsAndLineNumbers) {
  const Tensor words = Table(DType::kString, DType::kInt64, "a");
  EXPECT_EQ(Initialize(words, Columns(0, -1)), StatusCode::kOk);
  EXPECT_TENSOR_EQ(
      Run1("LookupTableFindV2", {words, Tensor::Vector<std::string>({"blue", "red", "no"}),
                                 Tensor::Scalar<int64_t>(-1)}),
      Tensor::Vector<int64_t>({2, 0, -1}));
  const Tensor lines = Table(DType::kInt64, DType::kString, "b");
  EXPECT_EQ(Initialize(lines, Columns(-1, -2, 1, 1)), StatusCode::kOk);
  EXPECT_TENSOR_EQ(
      Run1("LookupTableFindV2", {lines, Tensor::Vector<int64_t>({0, 1}), Tensor::Scalar("none")}),
      Tensor::Vector<std::string>({"green\t8", "none"}));
  const Tensor numbers = Table(DType::kString, DType::kInt64, "c");
  EXPECT_EQ(Initialize(numbers, Columns(0, 1, 2)), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableSizeV2", {numbers}), Tensor::Scalar<int64_t>(2));
}

TEST_F(TableFromFileTest, Refuses) {
  const Tensor words = Table(DType::kString, DType::kInt64, "d");
  const StatusCode bad = StatusCode::kInvalidArgument;
  EXPECT_EQ(Initialize(words, Columns(0, 1)), bad);      // x is no number
  EXPECT_EQ(Initialize(words, Columns(5, -1)), bad);     // no such column
  EXPECT_EQ(Initialize(words, Columns(0, -1, 9)), bad);  // not so many lines
  EXPECT_EQ(Initialize(words, Columns(-1, 1)), bad);     // a line number is no string
  EXPECT_EQ(Initialize(words, Columns(0, -2)), bad);     // nor a line a number
  EXPECT_EQ(Initialize(words, Columns(0, -1), "/nowhere/words"), StatusCode::kNotFound);
  AttrMap attrs = Columns(0, -1);
  attrs.Set("delimiter", "ab");
  EXPECT_EQ(Initialize(words, attrs), bad);
}

}  // namespace
}  // namespace millrace
