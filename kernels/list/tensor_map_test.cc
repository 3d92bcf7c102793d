// Expected values are TensorFlow 2.21's.
#include "core/graph/registry.h"
#include "gtest/gtest.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"

namespace millrace {

absl::Status RegisterTensorMapOps(Registry& r);

namespace {

struct TensorMapTest : OpTest {
  TensorMapTest() : OpTest({RegisterTensorMapOps}) {}

  Tensor Insert(Tensor map, Tensor key, Tensor value) {
    return Run1("TensorMapInsert", {std::move(map), std::move(key), std::move(value)});
  }
  Tensor Lookup(const Tensor& map, Tensor key, DType dtype = DType::kFloat) {
    return Run1("TensorMapLookup", {map, std::move(key)}, {{"value_dtype", dtype}});
  }
  int32_t Size(const Tensor& map) { return Run1("TensorMapSize", {map}).scalar<int32_t>(); }
  bool Has(const Tensor& map, Tensor key) {
    return Run1("TensorMapHasKey", {map, std::move(key)}).scalar<bool>();
  }

  const Tensor empty_ = Run1("EmptyTensorMap", {});
  const Tensor one_ = Tensor::Scalar<int32_t>(1), two_ = Tensor::Scalar<int32_t>(2);
};

TEST_F(TensorMapTest, HoldsValuesByKey) {
  const Tensor first = Insert(empty_, one_, Tensor::Vector<float>({5, 6}));
  const Tensor both = Insert(first, two_, Tensor::Scalar<float>(7));
  const Tensor changed = Insert(both, one_, Tensor::Scalar("s"));
  EXPECT_EQ(Size(empty_), 0);
  EXPECT_EQ(Size(first), 1);
  EXPECT_EQ(Size(changed), 2);
  EXPECT_TENSOR_EQ(Lookup(both, one_), Tensor::Vector<float>({5, 6}));
  EXPECT_TENSOR_EQ(Lookup(changed, one_, DType::kString), Tensor::Scalar("s"));
  const Tensor erased = Run1("TensorMapErase", {both, one_}, {{"value_dtype", DType::kFloat}});
  EXPECT_FALSE(Has(erased, one_));
  EXPECT_TRUE(Has(erased, two_));
  EXPECT_TRUE(Has(both, one_));
  EXPECT_TENSOR_EQ(Run1("TensorMapStackKeys", {both}, {{"key_dtype", DType::kInt32}}),
                   Tensor::Vector<int32_t>({1, 2}));
}

TEST_F(TensorMapTest, KeysDifferByTypeShapeAndBytes) {
  Tensor map = Insert(empty_, Tensor::Scalar<double>(0.0), one_);
  map = Insert(map, Tensor::Vector<std::string>({"a", "bc"}), two_);
  EXPECT_TRUE(Has(map, Tensor::Scalar<double>(0.0)));
  EXPECT_FALSE(Has(map, Tensor::Scalar<double>(-0.0)));
  EXPECT_FALSE(Has(map, Tensor::Scalar<int64_t>(0)));
  EXPECT_FALSE(Has(map, Tensor::Vector<double>({0.0})));
  EXPECT_TRUE(Has(map, Tensor::Vector<std::string>({"a", "bc"})));
  EXPECT_FALSE(Has(map, Tensor::Vector<std::string>({"ab", "c"})));
}

TEST_F(TensorMapTest, Refuses) {
  const auto bad = absl::StatusCode::kInvalidArgument;
  const Tensor map = Insert(empty_, one_, Tensor::Scalar<float>(2));
  const AttrMap floats = {{"value_dtype", DType::kFloat}};
  EXPECT_EQ(Code("TensorMapLookup", {map, two_}, floats), bad);
  EXPECT_EQ(Code("TensorMapLookup", {map, one_}, {{"value_dtype", DType::kInt32}}),
            absl::StatusCode::kInternal);
  EXPECT_EQ(Code("TensorMapErase", {map, two_}, floats), bad);
  EXPECT_EQ(Code("TensorMapSize", {Tensor::Scalar(Variant())}), bad);
  EXPECT_EQ(Code("TensorMapStackKeys", {empty_}, {{"key_dtype", DType::kInt32}}), bad);
  EXPECT_EQ(Code("TensorMapStackKeys", {map}, {{"key_dtype", DType::kFloat}}), bad);
  const Tensor mixed = Insert(map, Tensor::Vector<int32_t>({1}), one_);
  EXPECT_EQ(Code("TensorMapStackKeys", {mixed}, {{"key_dtype", DType::kInt32}}), bad);
  EXPECT_EQ(Code("TensorMapHasKey", {map, map}), bad);
}

// x under one key and y under another; of both the squares come out.
Output MapOf(GraphBuilder& b, const Outputs& in) {
  const Output map = b.Op1("TensorMapInsert",
                           {b.Op1("EmptyTensorMap", {}), b.Scalar<int32_t>(1), b.Square(in[0])});
  return b.Op1("TensorMapInsert", {map, b.Scalar<int32_t>(2), b.Square(in[1])});
}
Output At(GraphBuilder& b, Output map, int32_t key) {
  return b.Op1("TensorMapLookup", {map, b.Scalar<int32_t>(key)}, {{"value_dtype", DType::kDouble}});
}
Outputs LookedUp(GraphBuilder& b, const Outputs& in) {
  const Output map = MapOf(b, in);
  return {At(b, map, 1), b.Mul(At(b, map, 1), At(b, map, 2))};
}
// The first value is replaced, so that nothing comes back to it.
Outputs Replaced(GraphBuilder& b, const Outputs& in) {
  const Output map = b.Op1("TensorMapInsert", {MapOf(b, in), b.Scalar<int32_t>(1), in[1]});
  return {At(b, map, 1), b.Square(At(b, map, 2)), in[0]};
}
Outputs Erased(GraphBuilder& b, const Outputs& in) {
  const Output map = b.Op1("TensorMapErase", {MapOf(b, in), b.Scalar<int32_t>(2)},
                           {{"value_dtype", DType::kDouble}});
  return {b.Square(At(b, map, 1)), in[1]};
}
const std::vector<Tensor> kValues = {Tensor::Vector<double>({1, -2}),
                                     Tensor::Vector<double>({3, 0.5})};
MR_GRADIENT_EXAMPLE({.op = "TensorMapLookup", .inputs = kValues, .build = LookedUp});
MR_GRADIENT_EXAMPLE({.op = "TensorMapInsert", .inputs = kValues, .build = Replaced});
MR_GRADIENT_EXAMPLE({.op = "TensorMapErase", .inputs = kValues, .build = Erased});

}  // namespace
}  // namespace millrace
