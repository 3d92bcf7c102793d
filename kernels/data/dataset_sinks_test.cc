// Where the elements of datasets go: files of records, and tables.
#include "core/base/env.h"
#include "gtest/gtest.h"
#include "kernels/data/register_data.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTableOps(Registry& r);

namespace {

using absl::StatusCode;

Tensor N(int64_t v) { return Tensor::Scalar<int64_t>(v); }
Tensor S(absl::string_view v) { return Tensor::Scalar<std::string>(std::string(v)); }

struct DatasetSinksTest : OpTest {
  DatasetSinksTest() : OpTest({RegisterDataKernels, RegisterTableOps}) {}

  // A dataset of the rows of the components.
  Tensor Rows(std::vector<OpInput> components) {
    const std::vector<PartialShape> shapes(components.size());
    return Run1("TensorSliceDataset", std::move(components), {{"output_shapes", shapes}});
  }
  StatusCode Put(const Tensor& dataset, absl::string_view file, absl::string_view compression) {
    return Code("DatasetToTFRecord", {dataset, S(file), S(compression)});
  }

  const std::string folder = *DefaultEnv()->MakeTempDir("sinks"), file = JoinPath(folder, "file");
};

TEST_F(DatasetSinksTest, RecordsComeBack) {
  const Tensor records = Tensor::Vector<std::string>({"one", "", std::string(100000, 'x')});
  const AttrMap one = {{"output_types", std::vector<DType>{DType::kString}},
                       {"output_shapes", std::vector<PartialShape>(1)}};
  for (const char* compression : {"", "ZLIB", "GZIP"}) {
    ASSERT_EQ(Put(Rows({records}), file, compression), StatusCode::kOk);
    const Tensor read = Run1("TFRecordDataset", {S(file), S(compression), N(0)});
    for (int64_t i = 0; i < 3; ++i) {
      EXPECT_TENSOR_EQ(Run1("GetElementAtIndex", {read, N(i)}, one),
                       S(records.data<std::string>()[i]));
    }
    EXPECT_EQ(Code("GetElementAtIndex", {read, N(3)}, one), StatusCode::kOutOfRange);
  }
  EXPECT_LT(*DefaultEnv()->GetFileSize(file), 1000);  // the last was compressed
}

TEST_F(DatasetSinksTest, WhatCannotBeARecord) {
  EXPECT_EQ(Put(Rows({Tensor::Vector<int64_t>({1})}), file, ""), StatusCode::kInvalidArgument);
  const Tensor strings = Tensor::Vector<std::string>({"a", "b"});
  EXPECT_EQ(Put(Rows({strings, strings}), file, ""), StatusCode::kInvalidArgument);
  EXPECT_EQ(Put(Rows({*strings.Reshaped(Shape({1, 2}))}), file, ""), StatusCode::kInvalidArgument);
  EXPECT_EQ(Put(Rows({strings}), file, "LZ4"), StatusCode::kInvalidArgument);
  EXPECT_EQ(Put(Rows({strings}), JoinPath(JoinPath(folder, "none"), "file"), ""),
            StatusCode::kNotFound);
}

TEST_F(DatasetSinksTest, ATableIsFilled) {
  const AttrMap types = {{"key_dtype", DType::kString}, {"value_dtype", DType::kInt64}};
  const auto table = [&](const char* name) {
    AttrMap attrs = types;
    attrs.Set("shared_name", name);
    return Run1("HashTableV2", {}, attrs);
  };
  const auto fill = [&](const Tensor& handle, std::vector<OpInput> components) {
    return Code("InitializeTableFromDataset", {handle, Rows(std::move(components))});
  };
  const Tensor keys = Tensor::Vector<std::string>({"a", "b"});
  const Tensor handle = table("filled");
  EXPECT_EQ(fill(handle, {keys, Tensor::Vector<int64_t>({1, 2})}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(
      Run1("LookupTableFindV2", {handle, Tensor::Vector<std::string>({"b", "c", "a"}), N(-1)}),
      Tensor::Vector<int64_t>({2, -1, 1}));

  EXPECT_EQ(fill(table("other"), {keys, keys}), StatusCode::kInvalidArgument);
  EXPECT_EQ(fill(table("other"), {keys}), StatusCode::kInvalidArgument);
  const Tensor empty = table("empty");
  EXPECT_EQ(fill(empty, {Tensor::Vector<std::string>({}), Tensor::Vector<int64_t>({})}),
            StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableSizeV2", {empty}), N(0));
}

}  // namespace
}  // namespace millrace
