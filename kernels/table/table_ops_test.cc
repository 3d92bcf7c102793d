// Lookup tables: filling, finding, changing, and what they refuse.
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTableOps(Registry& r);

namespace {

using absl::StatusCode;

Tensor Words(std::vector<std::string> words) { return Tensor::Vector<std::string>(words); }

struct TableTest : OpTest {
  TableTest() : OpTest({RegisterTableOps}) {}
  Tensor Make(absl::string_view op, const std::string& name) {
    return Run1(
        op, {},
        {{"key_dtype", DType::kString}, {"value_dtype", DType::kInt64}, {"shared_name", name}});
  }
  StatusCode Change(absl::string_view op, const Tensor& table, std::vector<std::string> keys,
                    std::vector<int64_t> values) {
    return Code(op, {table, Words(keys), Tensor::Vector<int64_t>(values)});
  }
  Tensor Find(const Tensor& table, std::vector<std::string> keys) {
    return Run1("LookupTableFindV2", {table, Words(keys), Tensor::Scalar<int64_t>(-1)});
  }
};

TEST_F(TableTest, AFixedTableIsFilledOnceByEitherOp) {
  for (const char* op : {"InitializeTableV2", "LookupTableImportV2"}) {
    const Tensor table = Make("HashTableV2", op);
    EXPECT_EQ(Code("LookupTableFindV2", {table, Words({"a"}), Tensor::Scalar<int64_t>(0)}),
              StatusCode::kFailedPrecondition);
    EXPECT_EQ(Change(op, table, {"a", "b"}, {1, 2}), StatusCode::kOk);
    EXPECT_TENSOR_EQ(Find(table, {"b", "c"}), Tensor::Vector<int64_t>({2, -1}));
    EXPECT_EQ(Change(op, table, {"b", "a"}, {2, 1}), StatusCode::kOk);
    EXPECT_EQ(Change(op, table, {"a"}, {7}), StatusCode::kFailedPrecondition);
    EXPECT_EQ(Change("LookupTableInsertV2", table, {"c"}, {3}), StatusCode::kUnimplemented);
    EXPECT_TENSOR_EQ(Run1("LookupTableSizeV2", {table}), Tensor::Scalar<int64_t>(2));
  }
}

TEST_F(TableTest, OneKeyWithTwoValuesIsRefused) {
  const Tensor table = Make("HashTableV2", "t");
  EXPECT_EQ(Change("InitializeTableV2", table, {"a", "a"}, {1, 2}),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(Change("InitializeTableV2", table, {"a", "a"}, {1, 1}), StatusCode::kOk);
  EXPECT_EQ(Change("InitializeTableV2", table, {"a", "b"}, {1}), StatusCode::kInvalidArgument);
}

TEST_F(TableTest, AMutableTableChanges) {
  const Tensor table = Make("MutableHashTableV2", "t");
  EXPECT_EQ(Change("LookupTableInsertV2", table, {"a", "b"}, {1, 2}), StatusCode::kOk);
  EXPECT_EQ(Change("LookupTableInsertV2", table, {"a"}, {3}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Find(table, {"a", "b"}), Tensor::Vector<int64_t>({3, 2}));
  EXPECT_EQ(Code("LookupTableRemoveV2", {table, Words({"a", "none"})}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Find(table, {"a", "b"}), Tensor::Vector<int64_t>({-1, 2}));
  EXPECT_EQ(Change("LookupTableImportV2", table, {"z"}, {26}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Find(table, {"b", "z"}), Tensor::Vector<int64_t>({-1, 26}));
  EXPECT_EQ(
      Code("LookupTableFindV2", {table, Tensor::Vector<int64_t>({1}), Tensor::Scalar<int64_t>(0)}),
      StatusCode::kInvalidArgument);
}

TEST_F(TableTest, OnlyAFixedTableHasAnInitializer) {
  EXPECT_EQ(Change("InitializeTableV2", Make("MutableHashTableV2", "m"), {"a"}, {1}),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
