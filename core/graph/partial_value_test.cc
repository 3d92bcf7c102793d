#include "core/graph/partial_value.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/graph/test_ops.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr DType kF = DType::kFloat;

// "[2,?,4]", "5" for a scalar, "unknown".
std::string Known(Endpoint e) {
  const std::optional<PartialValue> v = EvaluatePartially(e);
  if (!v) return "unknown";
  const std::string elements =
      absl::StrJoin(v->elements, ",", [](std::string* out, const std::optional<int64_t>& i) {
        absl::StrAppend(out, i ? absl::StrCat(*i) : "?");
      });
  return v->is_scalar ? elements : absl::StrCat("[", elements, "]");
}

class PartialValueTest : public testing::Test {
 protected:
  Endpoint Op(absl::string_view op, std::initializer_list<Endpoint> inputs, AttrMap attrs = {}) {
    return Add(g_, op, inputs, std::move(attrs));
  }
  Endpoint I(std::initializer_list<int32_t> values) { return Ints(g_, values); }
  Endpoint I(int32_t value) { return Const(g_, Tensor::Scalar<int32_t>(value)); }
  Endpoint Slice(Endpoint x, int begin, int end, int stride = 1, AttrMap attrs = {}) {
    return Op("StridedSlice", {x, I({begin}), I({end}), I({stride})}, std::move(attrs));
  }
  Endpoint At(Endpoint x, int i) { return Slice(x, i, i + 1, 1, {{"shrink_axis_mask", 1}}); }

  Graph g_{&TestOps()};
  // [?, 3, 4, 5]
  Endpoint shape_ = Op("Shape", {Placeholder(g_, kF, PartialShape::Of({-1, 3, 4, 5}))});
};

TEST_F(PartialValueTest, Sources) {
  EXPECT_EQ(Known(I({1, -2})), "[1,-2]");
  EXPECT_EQ(Known(I(7)), "7");
  EXPECT_EQ(Known(shape_), "[?,3,4,5]");
  EXPECT_EQ(Known(Placeholder(g_, DType::kInt32, PartialShape::Of({2}))), "[?,?]");
  EXPECT_EQ(Known(Placeholder(g_, DType::kInt32, PartialShape::Scalar())), "?");
  EXPECT_EQ(Known(Placeholder(g_, DType::kInt32)), "unknown");
  EXPECT_EQ(Known(Placeholder(g_, kF, PartialShape::Of({2}))), "unknown");
  EXPECT_EQ(Known({nullptr, 0}), "unknown");
  const Endpoint x = Placeholder(g_, kF, PartialShape::Of({2, 3}));
  EXPECT_EQ(Known(Op("Rank", {x})), "2");
  EXPECT_EQ(Known(Op("Size", {x})), "6");
  const Endpoint shapes = Op("ShapeN", {x, Placeholder(g_, kF, PartialShape::Of({7}))});
  EXPECT_EQ(Known({shapes.node, 0}), "[2,3]");
  EXPECT_EQ(Known({shapes.node, 1}), "[7]");
  const Endpoint var = Op("VarHandleOp", {}, {{"dtype", kF}, {"shape", Shape({8, 9})}});
  EXPECT_EQ(Known(Op("VariableShape", {var})), "[8,9]");
}

TEST_F(PartialValueTest, PicksAndJoins) {
  EXPECT_EQ(Known(At(shape_, 1)), "3");
  EXPECT_EQ(Known(At(shape_, -1)), "5");
  EXPECT_EQ(Known(At(shape_, 0)), "?");
  EXPECT_EQ(Known(At(shape_, 9)), "?");
  EXPECT_EQ(Known(Slice(shape_, 1, 3)), "[3,4]");
  EXPECT_EQ(Known(Slice(shape_, -2, 99)), "[4,5]");
  EXPECT_EQ(Known(Slice(shape_, 1, 0, 1, {{"end_mask", 1}})), "[3,4,5]");
  EXPECT_EQ(Known(Slice(shape_, 9, 3, 1, {{"begin_mask", 1}})), "[?,3,4]");
  EXPECT_EQ(Known(Slice(shape_, 0, 0, -1, {{"begin_mask", 1}, {"end_mask", 1}})), "[5,4,3,?]");
  EXPECT_EQ(Known(Slice(shape_, 0, 4, 2)), "[?,4]");
  EXPECT_EQ(Known(Slice(shape_, 0, 4, std::numeric_limits<int32_t>::max())), "[?]");
  EXPECT_EQ(Known(Slice(shape_, 0, 4, 0)), "unknown");
  EXPECT_EQ(Known(Op("Slice", {shape_, I({1}), I({2})})), "[3,4]");
  EXPECT_EQ(Known(Op("Slice", {shape_, I({2}), I({-1})})), "[4,5]");
  EXPECT_EQ(Known(Op("Slice", {shape_, I({2}), I({9})})), "unknown");
  EXPECT_EQ(Known(Op("GatherV2", {shape_, I({3, 1}), I(0)})), "[5,3]");
  EXPECT_EQ(Known(Op("GatherV2", {shape_, I(2), I(0)})), "4");
  EXPECT_EQ(Known(Op("GatherV2", {shape_, I({9}), I(0)})), "[?]");
  EXPECT_EQ(Known(Op("Pack", {At(shape_, 0), I(-1), At(shape_, 2)})), "[?,-1,4]");
  EXPECT_EQ(Known(Op("ConcatV2", {Slice(shape_, 0, 2), I({6}), I(0)})), "[?,3,6]");
  EXPECT_EQ(Known(Op("ExpandDims", {At(shape_, 1), I(0)})), "[3]");
  EXPECT_EQ(Known(Op("Squeeze", {Slice(shape_, 1, 2)})), "3");
  EXPECT_EQ(Known(Op("Reshape", {At(shape_, 1), I({1})})), "[3]");
  EXPECT_EQ(Known(Op("Reshape", {Slice(shape_, 1, 2), I({})})), "3");
}

TEST_F(PartialValueTest, Computes) {
  EXPECT_EQ(Known(Op("Prod", {Slice(shape_, 1, 4), I({0})})), "60");
  EXPECT_EQ(Known(Op("Prod", {Slice(shape_, 1, 4), I({0})}, {{"keep_dims", true}})), "[60]");
  EXPECT_EQ(Known(Op("Prod", {shape_, I({0})})), "?");
  EXPECT_EQ(Known(Op("AddV2", {shape_, I({1, 1, 1, 1})})), "[?,4,5,6]");
  EXPECT_EQ(Known(Op("Mul", {shape_, I(2)})), "[?,6,8,10]");
  EXPECT_EQ(Known(Op("Sub", {I(3), I(5)})), "-2");
  EXPECT_EQ(Known(Op("FloorDiv", {I({7, 8}), I({2, 0})})), "[3,?]");
  EXPECT_EQ(Known(Op("Maximum", {I({1, 5}), I({3, 2})})), "[3,5]");
  EXPECT_EQ(Known(Op("Minimum", {I({1, 5}), I({3, 2})})), "[1,2]");
  EXPECT_EQ(Known(Op("Range", {I(1), I(8), I(3)})), "[1,4,7]");
  EXPECT_EQ(Known(Op("Range", {I(3), I(0), I(-1)})), "[3,2,1]");
  EXPECT_EQ(Known(Op("Range", {I(0), I(100000000), I(1)})), "unknown");
  EXPECT_EQ(Known(Op("Range", {I(0), I(1), I(0)})), "unknown");
  EXPECT_EQ(Known(Op("Mul", {I(1 << 20), I(1 << 20)})), "?") << "wraps in 32 bits";
  const Endpoint big = Const(g_, Tensor::Scalar<int64_t>(int64_t{1} << 40));
  EXPECT_EQ(Known(Op("Mul", {big, big})), "?") << "overflows 64 bits";
  EXPECT_EQ(Known(Op("Cast", {big}, {{"DstT", DType::kInt32}})), "?");
}

TEST_F(PartialValueTest, FlattenIdiomGivesAStaticShape) {
  const Endpoint x = Placeholder(g_, kF, PartialShape::Of({-1, 28, 28, 1}));
  const Endpoint s = Op("Shape", {x});
  const Endpoint features = Op("Prod", {Slice(s, 1, 4), I({0})});
  const Endpoint flat = Op("Reshape", {x, Op("Pack", {At(s, 0), features})});
  EXPECT_EQ(flat.node->output_shape(0), PartialShape::Of({-1, 784}));
}

TEST_F(PartialValueTest, WorkIsBounded) {
  Endpoint v = I({1});
  for (int i = 0; i < 60; ++i) v = Op("AddV2", {v, v});  // 2^60 paths
  const std::string known = Known(v);
  EXPECT_NE(known, "");
  Endpoint deep = I(1);
  for (int i = 0; i < 20000; ++i) deep = Op("Identity", {deep});
  EXPECT_EQ(Known(deep), "?");
}

}  // namespace
}  // namespace millrace
