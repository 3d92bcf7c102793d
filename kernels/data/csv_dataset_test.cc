// CSVDataset: columns, defaults, quotes, and lines that are wrong. As TensorFlow 2.21 does.
#include <string>
#include <vector>

#include "core/base/env.h"
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/data/dataset.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterCsvDataset(Registry& r);

namespace {

using absl::StatusCode;
using Lines = std::vector<std::string>;

Tensor N(int64_t v) { return Tensor::Scalar<int64_t>(v); }
Tensor B(bool v) { return Tensor::Scalar<bool>(v); }
Tensor S(absl::string_view v) { return Tensor::Scalar<std::string>(std::string(v)); }
Tensor Columns(std::initializer_list<int64_t> v) { return Tensor::Vector<int64_t>(v); }

struct CsvDatasetTest : OpTest {
  CsvDatasetTest() : OpTest({RegisterCsvDataset}) {
    EXPECT_TRUE(DefaultEnv()->WriteStringToFile(file, kText).ok());
  }

  struct Options {
    bool header = true, quotes = true;
    const char *delimiter = ",", *missing = "", *compression = "";
    Tensor select = Columns({}), exclude = Columns({});
  };
  absl::StatusOr<std::vector<Tensor>> Make(const Options& o, std::vector<Tensor> defaults) {
    std::vector<OpInput> inputs = {S(file),        S(o.compression), N(100),       B(o.header),
                                   S(o.delimiter), B(o.quotes),      S(o.missing), o.select};
    for (Tensor& t : defaults) inputs.push_back(std::move(t));
    inputs.push_back(o.exclude);
    return Run("CSVDatasetV2", std::move(inputs),
               {{"output_shapes", std::vector<PartialShape>(defaults.size())}});
  }
  // Each element as text; "error" for a line that is wrong.
  Lines All(const Options& o, std::vector<Tensor> defaults) {
    const auto made = Make(o, std::move(defaults));
    EXPECT_TRUE(made.ok()) << made.status();
    if (!made.ok()) return {};
    auto iterator = (*DatasetFrom((*made)[0]))->MakeIterator({device(), nullptr});
    Lines out;
    for (;;) {
      const NextResult next = (*iterator)->Next();
      if (next.end) return out;
      std::string line;
      if (!next.status.ok()) {
        EXPECT_EQ(next.status.code(), StatusCode::kInvalidArgument) << next.status;
        line = "error";
      }
      for (const Tensor& t : next.element) {
        if (!line.empty()) line += '|';
        line += t.dtype() == DType::kInt32   ? absl::StrCat(t.scalar<int32_t>())
                : t.dtype() == DType::kFloat ? absl::StrCat(t.scalar<float>())
                                             : t.scalar<std::string>();
      }
      out.push_back(line);
    }
  }
  StatusCode Code(const Options& o) { return Make(o, {S("a"), S("b")}).status().code(); }

  static constexpr char kText[] =
      "h1,h2,h3\n1,2.5,one\n,3,\"t\"\"w,o\nx\"\n4,,\r\n7,bad,z\n8,1\n\n9,1,c";
  const std::string file = JoinPath(*DefaultEnv()->MakeTempDir("csv"), "file");
  const std::vector<Tensor> kDefaults = {Tensor::Vector<int32_t>({5}), Tensor::Scalar<float>(1.5f),
                                         S("d")};
};

TEST_F(CsvDatasetTest, FieldsAndDefaults) {
  EXPECT_EQ(All({}, kDefaults),
            Lines({"1|2.5|one", "5|3|t\"w,o\nx", "4|1.5|d", "error", "error", "error", "9|1|c"}));
  std::vector<Tensor> required = kDefaults;
  required[0] = Tensor::Vector<int32_t>({});
  EXPECT_EQ(All({}, required),
            Lines({"1|2.5|one", "error", "4|1.5|d", "error", "error", "error", "9|1|c"}));
}

TEST_F(CsvDatasetTest, SomeColumns) {
  const std::vector<Tensor> two = {kDefaults[0], kDefaults[2]};
  const Lines expected = {"1|one", "5|t\"w,o\nx", "4|d", "7|z", "error", "error", "9|c"};
  Options select, exclude;
  select.select = Columns({0, 2});
  exclude.exclude = Columns({1});
  EXPECT_EQ(All(select, two), expected);
  EXPECT_EQ(All(exclude, two), expected);
}

TEST_F(CsvDatasetTest, QuotesMayBeCharactersLikeOthers) {
  Options o;
  o.quotes = false;
  o.select = Columns({0, 1});
  o.missing = "7";
  EXPECT_EQ(All(o, {S("e"), S("d")}),
            Lines({"1|2.5", "e|3", "error", "4|d", "e|bad", "8|1", "error", "9|1"}));
}

TEST_F(CsvDatasetTest, AnotherDelimiterAndNoHeader) {
  ASSERT_TRUE(DefaultEnv()->WriteStringToFile(file, "1;2\r\n3;NA\r\n\r\n\"5\";6\r\n").ok());
  Options o;
  o.header = false;
  o.delimiter = ";";
  o.missing = "NA";
  const Tensor seven = Tensor::Scalar<int32_t>(7);
  EXPECT_EQ(All(o, {seven, seven}), Lines({"1|2", "3|7", "error", "5|6"}));
  EXPECT_EQ(All(o, {seven}), Lines({"error", "error", "7", "error"}));  // one empty field
}

TEST_F(CsvDatasetTest, WhatIsRefused) {
  Options o;
  o.delimiter = ";;";
  EXPECT_EQ(Code(o), StatusCode::kInvalidArgument);
  o = {};
  o.compression = "LZ4";
  EXPECT_EQ(Code(o), StatusCode::kInvalidArgument);
  for (const Tensor& columns : {Columns({1, 0}), Columns({0}), Columns({-1, 0})}) {
    o = {};
    o.select = columns;
    EXPECT_EQ(Code(o), StatusCode::kInvalidArgument);
  }
  o.select = Columns({0, 1});
  o.exclude = Columns({2});
  EXPECT_EQ(Code(o), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
