#include "core/graph/builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

const Registry& Ops() {
  static const Registry& ops = []() -> const Registry& {
    Registry* r = new Registry;
    auto add = [&](const Op& op) { EXPECT_TRUE(r->Add(op).ok()); };
    add(Op("Const").Output("output: dtype").Attr("value: tensor").Attr("dtype: type"));
    add(Op("Placeholder")
            .Output("output: dtype")
            .Attr("dtype: type")
            .Attr("shape: shape = { unknown_rank: true }")
            .Shape(ShapeFromAttr));
    add(Op("Shape")
            .Input("input: T")
            .Output("output: out_type")
            .Attr("T: type")
            .Attr("out_type: type = DT_INT32"));
    add(Op("BroadcastGradientArgs")
            .Input("s0: T")
            .Input("s1: T")
            .Output("r0: T")
            .Output("r1: T")
            .Attr("T: type = DT_INT32"));
    add(Op("Sum")
            .Input("input: T")
            .Input("axes: int32")
            .Output("output: T")
            .Attr("keep_dims: bool = false")
            .Attr("T: type")
            .Shape(ReductionShape));
    add(Op("Reshape").Input("tensor: T").Input("shape: int32").Output("output: T").Attr("T: type"));
    add(Op("Cast").Input("x: SrcT").Output("y: DstT").Attr("SrcT: type").Attr("DstT: type"));
    add(Op("Split")
            .Input("split_dim: int32")
            .Input("value: T")
            .Output("output: num_split * T")
            .Attr("num_split: int >= 1")
            .Attr("T: type"));
    add(Op("Neg").Input("x: T").Output("y: T").Attr("T: {float, double}").Shape(SameAsInput0));
    return *r;
  }();
  return ops;
}

class BuilderTest : public ::testing::Test {
 protected:
  BuilderTest() : graph_(&Ops()), b_(&graph_, "scope") {}
  Output Input(PartialShape shape, DType type = DType::kFloat) {
    return b_.Op1("Placeholder", {}, {{"dtype", type}, {"shape", std::move(shape)}});
  }
  const Node& node(Output o) { return *graph_.nodes()[o.node]; }
  std::vector<int32_t> Ints(Output o) {
    const auto value = b_.value(o);
    EXPECT_TRUE(value.has_value());
    if (!value.has_value()) return {};
    return {value->flat<int32_t>().begin(), value->flat<int32_t>().end()};
  }

  Graph graph_;
  GraphBuilder b_;
};

TEST_F(BuilderTest, TheFirstErrorStays) {
  const Output x = Input(PartialShape::Of({2}), DType::kInt32);
  const Output y = b_.Neg(x);
  EXPECT_FALSE(y.valid());
  EXPECT_EQ(b_.status().code(), absl::StatusCode::kInvalidArgument);
  const absl::Status first = b_.status();
  const int nodes = graph_.num_nodes();
  // Whoever goes on gets invalid outputs, as many as are indexed, and changes nothing.
  const Outputs parts = b_.Op("Split", {y, y}, {{"num_split", int64_t{3}}});
  ASSERT_GE(parts.size(), 3u);
  EXPECT_FALSE(parts[2].valid());
  EXPECT_FALSE(b_.Shape(y).valid());
  EXPECT_FALSE(b_.ScalarLike(y, 1).valid());
  EXPECT_GE(b_.Op("Nonesuch", {}).size(), 1u);
  EXPECT_EQ(b_.status(), first);
  EXPECT_EQ(graph_.num_nodes(), nodes);
}

TEST_F(BuilderTest, AMissingInputIsAnError) {
  b_.Neg(Output());
  EXPECT_EQ(b_.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(b_.status().message(), "Neg"));
}

TEST_F(BuilderTest, KnownShapesAreConstants) {
  EXPECT_EQ(Ints(b_.Shape(Input(PartialShape::Of({2, 3})))), (std::vector<int32_t>{2, 3}));
  EXPECT_EQ(Ints(b_.Rank(Input(PartialShape::Of({2, -1})))), std::vector<int32_t>{2});
  EXPECT_EQ(Ints(b_.Size(Input(PartialShape::Of({2, 3})))), std::vector<int32_t>{6});
  EXPECT_EQ(node(b_.Shape(Input(PartialShape::Of({2, -1})))).type(), "Shape");
  const Output x = Input(PartialShape::Of({2, 3}));
  EXPECT_EQ(b_.ReshapeLike(x, x), x);
  EXPECT_EQ(b_.Cast(x, DType::kFloat), x);
  EXPECT_EQ(node(b_.Cast(x, DType::kDouble)).output_type(0), DType::kDouble);
}

TEST_F(BuilderTest, ScalarsOfEveryNumberType) {
  for (const DType type : {DType::kHalf, DType::kBFloat16, DType::kFloat, DType::kDouble,
                           DType::kInt8, DType::kUInt64, DType::kComplex64, DType::kComplex128}) {
    const Output one = b_.ScalarLike(Input(PartialShape(), type), 1);
    ASSERT_TRUE(b_.ok()) << b_.status();
    EXPECT_EQ(b_.dtype(one), type);
  }
  b_.ScalarLike(Input(PartialShape(), DType::kString), 1);
  EXPECT_FALSE(b_.ok());
}

TEST_F(BuilderTest, GradientsOfBroadcastingAreSummed) {
  const Output x = Input(PartialShape::Of({3, 1})), y = Input(PartialShape::Of({2, 3, 4}));
  const Output g = Input(PartialShape::Of({2, 3, 4}));
  const auto [gx, gy] = b_.UnbroadcastGradients(x, g, y, g);
  ASSERT_TRUE(b_.ok()) << b_.status();
  EXPECT_EQ(gy, g);
  EXPECT_EQ(node(gx).type(), "Reshape");
  EXPECT_EQ(Ints({node(gx).input(1).node->id(), 0}), (std::vector<int32_t>{3, 1}));
  const Node* sum = node(gx).input(0).node;
  EXPECT_EQ(sum->type(), "Sum");
  EXPECT_EQ(Ints({sum->input(1).node->id(), 0}), (std::vector<int32_t>{0, 2}));

  // A bias: leading axes go by the sum alone.
  const Output bias = Input(PartialShape::Of({4}));
  const auto grads = b_.UnbroadcastGradients(bias, g, y, g);
  EXPECT_EQ(node(grads.first).type(), "Sum");

  // Equal shapes: nothing to do. Unknown ones: found out when it runs.
  EXPECT_EQ(b_.UnbroadcastGradients(y, g, g, g).first, g);
  const auto late = b_.UnbroadcastGradients(Input(PartialShape()), g, y, Output());
  EXPECT_EQ(node(late.first).type(), "Reshape");
  EXPECT_FALSE(late.second.valid());
}

TEST_F(BuilderTest, NodesGetPrefixDeviceOriginAndGroup) {
  const Output x = Input(PartialShape::Of({2}));
  b_.set_name_prefix("gradients/x_grad");
  b_.set_device("/job:ps");
  b_.set_origin("train.py:3");
  b_.set_colocate_with(graph_.nodes()[x.node].get());
  const Node& neg = node(b_.Neg(x));
  EXPECT_EQ(neg.name(), "gradients/x_grad/Neg");
  EXPECT_EQ(neg.requested_device(), "/job:ps");
  EXPECT_EQ(neg.origin(), "train.py:3");
  std::vector<std::string> groups;
  ASSERT_TRUE(neg.GetAttr("_class", &groups).ok());
  EXPECT_EQ(groups, std::vector<std::string>{"loc:@" + node(x).name()});
}

}  // namespace
}  // namespace millrace
