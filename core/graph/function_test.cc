#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/graph/function_library.h"
#include "core/graph/registry.h"
#include "core/graph/test_ops.h"

namespace millrace {
namespace {

const Registry& Ops() {
  static const Registry& ops = []() -> const Registry& {
    Registry* r = new Registry;
    auto add = [&](const Op& op) { EXPECT_TRUE(r->Add(op).ok()); };
    add(Op("_Arg").Output("output: T").Attr("T: type").Attr("index: int >= 0").Stateful());
    add(Op("_Retval").Input("input: T").Attr("T: type").Attr("index: int >= 0").Stateful());
    add(Op("Neg").Input("x: T").Output("y: T").Attr("T: numbertype"));
    add(Op("AddV2").Input("x: T").Input("y: T").Output("z: T").Attr("T: numbertype"));
    add(Op("Emit").Input("x: float").Stateful());
    add(Op("Placeholder")
            .Output("output: dtype")
            .Attr("dtype: type")
            .Attr("shape: shape = { unknown_rank: true }"));
    add(Op("Split")
            .Input("split_dim: int32")
            .Input("value: T")
            .Output("output: num_split * T")
            .Attr("num_split: int >= 1")
            .Attr("T: type"));
    add(Op("IdentityN").Input("input: T").Output("output: T").Attr("T: list(type)"));
    add(Op("PartitionedCall")
            .Input("args: Tin")
            .Output("output: Tout")
            .Attr("Tin: list(type)")
            .Attr("Tout: list(type)")
            .Attr("f: func"));
    return *r;
  }();
  return ops;
}

FunctionSpec Negate() {
  FunctionSpec f;
  f.signature.name = "Negate";
  ArgDef x, y;
  x.name = "x";
  y.name = "y";
  x.type_attr = y.type_attr = "T";
  f.signature.inputs = {x};
  f.signature.outputs = {y};
  AttrDef t;
  t.name = "T";
  t.kind = AttrKind::kType;
  f.signature.attrs = {t};
  f.nodes.push_back({"n", "Neg", {"x"}, "", {{"T", AttrPlaceholder{"T"}}}, ""});
  f.ret = {{"y", "n:y:0"}};
  return f;
}

absl::StatusOr<FunctionLibrary::Body> Instantiate(const FunctionSpec& f, const AttrMap& attrs) {
  auto library = std::make_shared<FunctionLibrary>();
  EXPECT_TRUE(library->Add(f).ok());
  return library->Instantiate(f.signature.name, attrs, Ops(), library);
}

TEST(FunctionLibraryTest, AddFindRemove) {
  FunctionLibrary library;
  ASSERT_TRUE(library.Add(Negate()).ok());
  EXPECT_TRUE(library.Add(Negate()).ok());
  FunctionSpec other = Negate();
  other.nodes[0].name = "m";
  other.ret = {{"y", "m:y:0"}};
  EXPECT_EQ(library.Add(other).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(library.ListNames(), (std::vector<std::string>{"Negate"}));
  EXPECT_EQ(library.UniqueName("Negate"), "Negate_1");
  EXPECT_EQ(library.UniqueName("Fresh"), "Fresh");
  ASSERT_TRUE(library.Remove("Negate").ok());
  EXPECT_EQ(library.Find("Negate"), nullptr);
  EXPECT_EQ(library.Lookup("Negate").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(library.Remove("Negate").code(), absl::StatusCode::kNotFound);
}

TEST(FunctionLibraryTest, ReachableFollowsAttributesAndOps) {
  auto library = std::make_shared<FunctionLibrary>();
  ASSERT_TRUE(library->Add(Negate()).ok());
  FunctionSpec caller = Negate();
  caller.signature.name = "Caller";
  caller.nodes[0].op = "Negate";
  FunctionSpec unused = Negate();
  unused.signature.name = "Unused";
  ASSERT_TRUE(library->Add(caller).ok());
  ASSERT_TRUE(library->Add(unused).ok());
  Graph graph(&Ops(), library);
  const Endpoint x = Placeholder(graph, DType::kFloat);
  EXPECT_TRUE(library->Reachable(graph).empty());
  Add(graph, "PartitionedCall", {x},
      {{"f", FunctionRef{"Caller", std::make_shared<const AttrMap>(AttrMap{{"T", DType::kFloat}})}},
       {"Tout", std::vector<DType>{DType::kFloat}}});
  EXPECT_EQ(library->Reachable(graph), (std::vector<std::string>{"Caller", "Negate"}));
}

TEST(InstantiateTest, PlaceholdersTakeTheCallersValues) {
  auto body = Instantiate(Negate(), {{"T", DType::kDouble}});
  ASSERT_TRUE(body.ok()) << body.status();
  ASSERT_EQ(body->args.size(), 1u);
  ASSERT_EQ(body->rets.size(), 1u);
  EXPECT_EQ(body->args[0]->output_type(0), DType::kDouble);
  EXPECT_EQ(body->rets[0]->input(0).node->type(), "Neg");
  EXPECT_EQ(body->rets[0]->input(0).node->input(0).node, body->args[0]);
}

TEST(InstantiateTest, WhatIsWrongIsSaid) {
  const AttrMap attrs{{"T", DType::kFloat}};
  auto message = [&](FunctionSpec f) {
    const auto body = Instantiate(f, attrs);
    EXPECT_FALSE(body.ok());
    EXPECT_TRUE(absl::StrContains(body.status().message(), "Negate"));
    return std::string(body.status().message());
  };
  EXPECT_TRUE(absl::StrContains(Instantiate(Negate(), {}).status().message(), "'T'"));
  FunctionSpec f = Negate();
  f.nodes[0].inputs = {"z"};
  EXPECT_TRUE(absl::StrContains(message(f), "'z'"));
  f.nodes[0].inputs = {"n:y:0"};
  EXPECT_TRUE(absl::StrContains(message(f), "cycle"));
  f.nodes[0].inputs = {"x:1"};
  EXPECT_TRUE(absl::StrContains(message(f), "x:1"));
  f = Negate();
  f.ret = {{"y", "n:nope:0"}};
  EXPECT_TRUE(absl::StrContains(message(f), "nope"));
  f.ret = {{"y", "n:y:1"}};
  EXPECT_TRUE(absl::StrContains(message(f), "n:y:1"));
  f.ret = {{"y", "n"}};
  EXPECT_TRUE(absl::StrContains(message(f), "'n'"));
  f.ret = {};
  EXPECT_TRUE(absl::StrContains(message(f), "'y'"));
  f = Negate();
  f.nodes.push_back(f.nodes[0]);
  EXPECT_TRUE(absl::StrContains(message(f), "two nodes"));
  f = Negate();
  f.signature.outputs[0].type_attr = "";
  f.signature.outputs[0].type = DType::kInt32;
  EXPECT_TRUE(absl::StrContains(message(f), "int32"));
  f = Negate();
  f.nodes[0].op = "Nonesuch";
  EXPECT_EQ(Instantiate(f, attrs).status().code(), absl::StatusCode::kNotFound);
  f = Negate();
  f.control_ret = {{"c", "gone"}};
  EXPECT_TRUE(absl::StrContains(message(f), "gone"));
}

TEST(InstantiateTest, ListsAreFlattened) {
  FunctionSpec f = Negate();
  f.signature.inputs[0].type_attr = "";
  f.signature.inputs[0].type_list_attr = "Ts";
  f.signature.outputs[0] = f.signature.inputs[0];
  f.signature.outputs[0].name = "y";
  f.signature.attrs[0].name = "Ts";
  f.signature.attrs[0].kind = AttrKind::kListType;
  f.nodes[0] = {"n", "IdentityN", {"x"}, "", {{"T", AttrPlaceholder{"Ts"}}}, ""};
  f.ret = {{"y", "n:output"}};
  auto body = Instantiate(f, {{"Ts", std::vector<DType>{DType::kFloat, DType::kInt32}}});
  ASSERT_TRUE(body.ok()) << body.status();
  ASSERT_EQ(body->args.size(), 2u);
  ASSERT_EQ(body->rets.size(), 2u);
  EXPECT_EQ(body->rets[1]->input_type(0), DType::kInt32);
}

TEST(GraphToFunctionTest, GoesThereAndBack) {
  Graph graph(&Ops());
  const Endpoint a = Placeholder(graph, DType::kFloat);
  const Endpoint b = Placeholder(graph, DType::kFloat);
  const Endpoint sum = Add(graph, "AddV2", {a, b});
  graph.SetOutputShape(a.node, 0, PartialShape::Of({3}));
  const Endpoint inner = Add(graph, "Neg", {sum});
  const Endpoint y = Add(graph, "Neg", {inner});
  Add(graph, "Emit", {a});
  auto f = GraphToFunction(graph, "f", {a, b}, {y, b, y});
  ASSERT_TRUE(f.ok()) << f.status();
  EXPECT_TRUE(f->signature.is_stateful);
  EXPECT_EQ(f->nodes.size(), 4u);
  EXPECT_EQ(f->control_ret.size(), 1u);
  auto body = Instantiate(*f, {});
  ASSERT_TRUE(body.ok()) << body.status();
  ASSERT_EQ(body->rets.size(), 3u);
  EXPECT_EQ(body->rets[1]->input(0).node, body->args[1]);
  EXPECT_EQ(body->rets[0]->input(0), body->rets[2]->input(0));
  EXPECT_EQ(body->args[0]->output_shape(0), PartialShape::Of({3}));
  ASSERT_EQ(body->control_returns.size(), 1u);
  EXPECT_EQ(body->control_returns[0]->type(), "Emit");

  // Cut in the middle: what lies before an input is not part of the function.
  auto part = GraphToFunction(graph, "part", {a, sum}, {y});
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->nodes.size(), 3u);
}

TEST(GraphToFunctionTest, WhatItDependsOnMustBeGiven) {
  Graph graph(&Ops());
  const Endpoint a = Placeholder(graph, DType::kFloat);
  const Endpoint y = Add(graph, "Neg", {a});
  const auto f = GraphToFunction(graph, "f", {}, {y});
  EXPECT_EQ(f.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(f.status().message(), a.node->name()));
  EXPECT_FALSE(GraphToFunction(graph, "f", {a, a}, {y}).ok());
  const std::string name = "y";
  EXPECT_FALSE(GraphToFunction(graph, "f", {a}, {y, y}, {name}).ok());
}

TEST(ExtendNodeTest, NewOutputsComeBehindTheOldOnes) {
  Graph graph(&Ops());
  const Endpoint a = Placeholder(graph, DType::kFloat);
  const Endpoint split = Add(graph, "IdentityN", {a});
  const Endpoint use = Add(graph, "Neg", {split});
  const Endpoint b = Placeholder(graph, DType::kDouble);
  AttrMap attrs{{"T", std::vector<DType>{DType::kFloat, DType::kDouble}}};
  ASSERT_TRUE(graph.ExtendNode(split.node, attrs, {b}).ok());
  EXPECT_EQ(split.node->num_outputs(), 2);
  EXPECT_EQ(split.node->output_type(1), DType::kDouble);
  EXPECT_EQ(split.node->input(1), b);
  EXPECT_EQ(use.node->input(0), split);
  ASSERT_EQ(b.node->uses().size(), 1u);
  // The first output may not become something else.
  AttrMap wrong{{"T", std::vector<DType>{DType::kDouble, DType::kDouble}}};
  EXPECT_FALSE(graph.ExtendNode(split.node, wrong, {}).ok());
  EXPECT_EQ(split.node->num_outputs(), 2);
}

}  // namespace
}  // namespace millrace
