// Dense tables and those without a name.
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterDenseTable(Registry& r);
absl::Status RegisterTableOps(Registry& r);

namespace {

using absl::StatusCode;

Tensor Words(std::vector<std::string> words) { return Tensor::Vector<std::string>(words); }

struct DenseTableTest : OpTest {
  DenseTableTest() : OpTest({RegisterDenseTable, RegisterTableOps}) {}
};

TEST_F(DenseTableTest, ADenseTableHasReservedKeys) {
  const auto make = [&](const char* name, Tensor empty, Tensor deleted) {
    return Run("MutableDenseHashTableV2", {std::move(empty), std::move(deleted)},
               {{"value_dtype", DType::kInt64},
                {"value_shape", PartialShape::Of({2})},
                {"shared_name", std::string(name)}});
  };
  const auto made = make("d", Tensor::Scalar<int64_t>(-1), Tensor::Scalar<int64_t>(-2));
  ASSERT_TRUE(made.ok()) << made.status();
  const Tensor& table = (*made)[0];
  const Tensor keys = Tensor::Vector<int64_t>({5, 6});
  const Tensor values = *Tensor::Vector<int64_t>({1, 2, 3, 4}).Reshaped(Shape({2, 2}));
  EXPECT_EQ(Code("LookupTableInsertV2", {table, keys, values}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2",
                        {table, Tensor::Vector<int64_t>({6, 7}), Tensor::Vector<int64_t>({0, 9})}),
                   *Tensor::Vector<int64_t>({3, 4, 0, 9}).Reshaped(Shape({2, 2})));
  for (const int64_t reserved : {-1, -2}) {
    const Tensor key = Tensor::Vector<int64_t>({reserved});
    EXPECT_EQ(Code("LookupTableFindV2", {table, key, Tensor::Vector<int64_t>({0, 9})}),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(Code("LookupTableRemoveV2", {table, key}), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(make("same", Tensor::Scalar<int64_t>(1), Tensor::Scalar<int64_t>(1)).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(DenseTableTest, KeysMayBeVectors) {
  const auto made = Run("MutableDenseHashTableV2", {Words({"", "x"}), Words({"", "y"})},
                        {{"value_dtype", DType::kInt64}, {"shared_name", std::string("v")}});
  ASSERT_TRUE(made.ok()) << made.status();
  const Tensor& table = (*made)[0];
  const Tensor keys = *Words({"a", "bc", "ab", "c"}).Reshaped(Shape({2, 2}));
  EXPECT_EQ(Code("LookupTableInsertV2", {table, keys, Tensor::Vector<int64_t>({1, 2})}),
            StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2", {table, keys, Tensor::Scalar<int64_t>(0)}),
                   Tensor::Vector<int64_t>({1, 2}));
  EXPECT_EQ(Code("LookupTableFindV2", {table, Words({"a"}), Tensor::Scalar<int64_t>(0)}),
            StatusCode::kInvalidArgument);
}

TEST_F(DenseTableTest, AnAnonymousDenseTableIsNewAndHasReservedKeys) {
  const auto make = [&](int64_t empty, int64_t deleted, int64_t buckets) {
    return Run("AnonymousMutableDenseHashTable",
               {Tensor::Scalar<int64_t>(empty), Tensor::Scalar<int64_t>(deleted)},
               {{"value_dtype", DType::kInt64}, {"initial_num_buckets", buckets}});
  };
  const auto a = make(-1, -2, 4), b = make(-1, -2, 4);
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  const Tensor key = Tensor::Vector<int64_t>({5}), none = Tensor::Scalar<int64_t>(0);
  EXPECT_EQ(Code("LookupTableInsertV2", {(*a)[0], key, Tensor::Vector<int64_t>({7})}),
            StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2", {(*a)[0], key, none}), Tensor::Vector<int64_t>({7}));
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2", {(*b)[0], key, none}), Tensor::Vector<int64_t>({0}));
  EXPECT_EQ(Code("LookupTableFindV2", {(*a)[0], Tensor::Vector<int64_t>({-1}), none}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(make(1, 1, 4).status().code(), StatusCode::kInvalidArgument);
  for (const int64_t buckets : {0, 2, 6})
    EXPECT_EQ(make(1, 2, buckets).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(DenseTableTest, AnAnonymousTableIsNew) {
  const AttrMap types = {{"key_dtype", DType::kString}, {"value_dtype", DType::kInt64}};
  const Tensor first = Run1("AnonymousMutableHashTable", {}, types);
  const Tensor second = Run1("AnonymousMutableHashTable", {}, types);
  const Tensor key = Words({"a"}), one = Tensor::Vector<int64_t>({1});
  const Tensor otherwise = Tensor::Scalar<int64_t>(-1);
  EXPECT_EQ(Code("LookupTableInsertV2", {first, key, one}), StatusCode::kOk);
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2", {first, key, otherwise}), one);
  EXPECT_TENSOR_EQ(Run1("LookupTableFindV2", {second, key, otherwise}),
                   Tensor::Vector<int64_t>({-1}));
}

}  // namespace
}  // namespace millrace
