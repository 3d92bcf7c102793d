#include "core/graph/graph.h"

#include <algorithm>

#include "core/graph/function_library.h"
#include "core/graph/test_ops.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr DType kF = DType::kFloat;

Graph::NodeArgs Args(absl::string_view op, absl::string_view name,
                     std::initializer_list<Endpoint> inputs = {}, AttrMap attrs = {}) {
  Graph::NodeArgs args;
  args.name = std::string(name);
  args.op = std::string(op);
  args.attrs = std::move(attrs);
  args.inputs.assign(inputs.begin(), inputs.end());
  return args;
}

class GraphTest : public testing::Test {
 protected:
  absl::Status TryAdd(Graph::NodeArgs args) { return g_.AddNode(std::move(args)).status(); }

  Graph g_{&TestOps()};
};

TEST_F(GraphTest, AddsCheckedNodes) {
  const Endpoint x = Placeholder(g_, kF, PartialShape::Of({-1, 3}));
  Graph::NodeArgs args = Args("Neg", "n", {x});
  args.device = "/cpu:0";
  args.origin = "train.py:12";
  const Node* n = MustAdd(g_, args);
  EXPECT_EQ(n->type(), "Neg");
  EXPECT_EQ(n->output_type(0), kF);
  EXPECT_EQ(n->output_shape(0), PartialShape::Of({-1, 3}));
  EXPECT_EQ(n->requested_device(), "/cpu:0");
  EXPECT_EQ(n->Describe(), "node 'n' (op: Neg, defined at train.py:12)");
  EXPECT_EQ(g_.FindNode("n"), n);
  EXPECT_EQ(g_.num_nodes(), 2);
  ASSERT_EQ(x.node->uses().size(), 1u);
  EXPECT_EQ(x.node->uses()[0].dst, n);
  EXPECT_EQ(x.node->uses()[0].output, 0);
  EXPECT_EQ(x.node->uses()[0].dst_input, 0);
}

TEST_F(GraphTest, AFailedNodeLeavesNoTrace) {
  const Endpoint x = Placeholder(g_, kF, PartialShape::Of({2, 3}));
  const Endpoint i = Placeholder(g_, DType::kInt32);
  Graph other(&TestOps());
  const Endpoint foreign = Placeholder(other, kF);
  const int64_t version = g_.version();

  EXPECT_EQ(TryAdd(Args("Nothing", "a")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(TryAdd(Args("Neg", "a", {{x.node, 1}})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "a", {{x.node, -1}})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "a", {{nullptr, 0}})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "a", {foreign})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("AddV2", "a", {x, i})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("MatMul", "a", {x, x})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "", {x})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "a b", {x})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "_a", {x})).code(), kInvalid);
  EXPECT_EQ(TryAdd(Args("Neg", "Placeholder", {x})).code(), absl::StatusCode::kAlreadyExists);
  Graph::NodeArgs bad_control = Args("Neg", "a", {x});
  bad_control.control_inputs.push_back(foreign.node);
  EXPECT_EQ(TryAdd(bad_control).code(), kInvalid);
  Graph::NodeArgs unique = Args("MatMul", "m", {x, x});
  unique.uniquify = true;
  EXPECT_EQ(TryAdd(unique).code(), kInvalid);

  EXPECT_EQ(g_.num_nodes(), 2);
  EXPECT_EQ(g_.num_node_ids(), 2);
  EXPECT_EQ(g_.version(), version);
  EXPECT_TRUE(x.node->uses().empty());
  EXPECT_EQ(g_.FindNode("a"), nullptr);
  EXPECT_EQ(g_.UniqueName("m"), "m");
}

TEST_F(GraphTest, ErrorsNameNodeOpOriginAndShapes) {
  const Endpoint a = Placeholder(g_, kF, Shape({2, 3})), b = Placeholder(g_, kF, Shape({4, 5}));
  Graph::NodeArgs args = Args("MatMul", "m", {a, b});
  args.origin = "train.py:7";
  EXPECT_EQ(TryAdd(args).message(),
            "node 'm' (op: MatMul, defined at train.py:7): Dimensions must be equal, but are 3 and "
            "4; input shapes: [2,3], [4,5]");
}

TEST_F(GraphTest, ShapesThatOverflowAreRefused) {
  const Endpoint x = Placeholder(g_, kF, Shape({int64_t{1} << 30}));
  const absl::Status status = TryAdd(Args("Vast", "v", {x}));
  EXPECT_EQ(status.code(), kInvalid);
  EXPECT_NE(status.message().find("overflow"), absl::string_view::npos) << status;
}

TEST_F(GraphTest, NamesAreMadeUnique) {
  EXPECT_EQ(g_.UniqueName("x"), "x");
  EXPECT_EQ(Add(g_, "NoOp", {}).node->name(), "NoOp");
  EXPECT_EQ(Add(g_, "NoOp", {}).node->name(), "NoOp_1");
  MustAdd(g_, Args("NoOp", "NoOp_2"));
  EXPECT_EQ(Add(g_, "NoOp", {}).node->name(), "NoOp_3");
}

TEST_F(GraphTest, PrivateOpsMayHavePrivateNames) {
  EXPECT_TRUE(TryAdd(Args("_Arg", "_arg_x_0", {}, {{"T", kF}, {"index", 0}})).ok());
  Graph::NodeArgs args = Args("NoOp", "_internal");
  args.internal_name = true;
  EXPECT_TRUE(TryAdd(args).ok());
}

TEST_F(GraphTest, FindsEndpoints) {
  const Endpoint x = Placeholder(g_, kF);
  const Endpoint id = Add(g_, "IdentityN", {x, x});
  EXPECT_EQ(g_.FindEndpoint("IdentityN").value(), id);
  EXPECT_EQ(g_.FindEndpoint("IdentityN:1").value(), (Endpoint{id.node, 1}));
  EXPECT_EQ(g_.FindEndpoint("none:0").status().code(), absl::StatusCode::kNotFound);
  for (const char* const bad : {"IdentityN:2", "IdentityN:", "IdentityN:-1", "IdentityN:x", "^x",
                                "", ":0", "IdentityN:99999999999", "a b:0"}) {
    EXPECT_EQ(g_.FindEndpoint(bad).status().code(), kInvalid) << bad;
  }
}

TEST_F(GraphTest, ControlEdgesAreKeptOnce) {
  Node* a = Add(g_, "NoOp", {}).node;
  Node* b = Add(g_, "NoOp", {}).node;
  Graph::NodeArgs args = Args("NoOp", "c");
  args.control_inputs = {a, a, b};
  Node* c = MustAdd(g_, args);
  EXPECT_EQ(c->control_inputs().size(), 2u);
  g_.AddControlEdge(a, c);
  EXPECT_EQ(c->control_inputs().size(), 2u);
  EXPECT_EQ(a->uses().size(), 1u);
  g_.RemoveControlEdge(a, c);
  g_.RemoveControlEdge(a, c);
  EXPECT_EQ(c->control_inputs().size(), 1u);
  EXPECT_EQ(c->control_inputs()[0], b);
  EXPECT_TRUE(a->uses().empty());
}

TEST_F(GraphTest, RemovedNodesLeaveHoles) {
  const Endpoint x = Placeholder(g_, kF);
  const Endpoint n = Add(g_, "Neg", {x});
  g_.AddControlEdge(x.node, n.node);
  g_.RemoveNode(n.node);
  EXPECT_EQ(g_.num_nodes(), 1);
  EXPECT_EQ(g_.nodes()[1], nullptr);
  EXPECT_EQ(g_.FindNode("Neg"), nullptr);
  EXPECT_TRUE(x.node->uses().empty());
}

TEST_F(GraphTest, ReplacesDataUsesOnly) {
  const Endpoint x = Placeholder(g_, kF), y = Placeholder(g_, kF);
  const Endpoint sum = Add(g_, "AddV2", {x, x});
  g_.AddControlEdge(x.node, sum.node);
  g_.ReplaceUses(x, y);
  EXPECT_EQ(sum.node->input(0), y);
  EXPECT_EQ(sum.node->input(1), y);
  EXPECT_EQ(x.node->uses().size(), 1u);
  EXPECT_EQ(y.node->uses().size(), 2u);
}

TEST_F(GraphTest, InputsMayBeJoinedLater) {
  const Endpoint x = Placeholder(g_, kF), i = Placeholder(g_, DType::kInt32);
  Graph::NodeArgs args = Args("Merge", "m", {x, {}});
  args.deferred_input_types = {kF, kF};
  Node* m = MustAdd(g_, args);
  EXPECT_EQ(m->input(1).node, nullptr);
  const Endpoint next = Add(g_, "NextIteration", {{m, 0}});
  EXPECT_EQ(g_.SetInput(m, 1, i).code(), kInvalid);
  EXPECT_EQ(g_.SetInput(m, 2, next).code(), kInvalid);
  EXPECT_EQ(g_.SetInput(m, 1, {next.node, 5}).code(), kInvalid);
  EXPECT_TRUE(g_.SetInput(m, 1, next).ok());
  EXPECT_EQ(m->input(1), next);

  const std::vector<Node*> order = g_.TopologicalOrder().value();
  const auto at = [&](const Node* n) { return std::find(order.begin(), order.end(), n); };
  EXPECT_EQ(order.size(), 4u);
  EXPECT_LT(at(m), at(next.node));

  EXPECT_TRUE(g_.SetInput(m, 1, {}).ok());
  EXPECT_TRUE(next.node->uses().empty());

  args.name = "short";
  args.deferred_input_types = {kF};
  EXPECT_EQ(TryAdd(args).code(), kInvalid);
}

TEST_F(GraphTest, OrderPutsProducersFirst) {
  std::vector<Endpoint> layer = {Placeholder(g_, kF)};
  for (int i = 0; i < 50; ++i) layer.push_back(Add(g_, "AddV2", {layer[i], layer[i / 2]}));
  g_.AddControlEdge(layer[50].node, Add(g_, "NoOp", {}).node);
  const std::vector<Node*> order = g_.TopologicalOrder().value();
  std::vector<int> position(g_.num_node_ids());
  for (size_t i = 0; i < order.size(); ++i) position[order[i]->id()] = static_cast<int>(i);
  ASSERT_EQ(order.size(), 52u);
  for (const Node* n : order) {
    for (const Use& use : n->uses()) EXPECT_LT(position[n->id()], position[use.dst->id()]);
  }
}

TEST_F(GraphTest, CyclesAreNamed) {
  const Endpoint x = Placeholder(g_, kF);
  const Endpoint a = Add(g_, "AddV2", {x, x}), b = Add(g_, "Neg", {a});
  ASSERT_TRUE(g_.SetInput(a.node, 1, b).ok());
  Add(g_, "NoOp", {});
  Add(g_, "Neg", {b});
  const absl::Status status = g_.TopologicalOrder().status();
  EXPECT_EQ(status.code(), kInvalid);
  EXPECT_EQ(status.message(),
            "The graph has a cycle without a loop, through nodes 'AddV2' <- 'Neg'");

  Graph controls(&TestOps());
  Node* n = Add(controls, "NoOp", {}).node;
  controls.AddControlEdge(n, n);
  EXPECT_EQ(controls.TopologicalOrder().status().code(), kInvalid);
}

TEST_F(GraphTest, CopyKeepsIdsAndFacts) {
  const Endpoint x = Placeholder(g_, kF, Shape({2}));
  const Endpoint y = Add(g_, "Neg", {x}), z = Add(g_, "AddV2", {x, y});
  g_.AddControlEdge(x.node, z.node);
  g_.SetAssignedDevice(y.node, "/device:CPU:0");
  const std::unique_ptr<Graph> all = g_.Copy();
  ASSERT_EQ(all->num_nodes(), 3);
  Node* copied = all->nodes()[y.node->id()].get();
  EXPECT_NE(copied, y.node);
  EXPECT_EQ(copied->name(), "Neg");
  EXPECT_EQ(copied->assigned_device(), "/device:CPU:0");
  EXPECT_EQ(copied->output_shape(0), Shape({2}));
  EXPECT_EQ(all->nodes()[z.node->id()]->input(1).node, copied);
  EXPECT_EQ(all->nodes()[z.node->id()]->control_inputs().size(), 1u);

  const std::unique_ptr<Graph> some = g_.Copy({false, true, true});
  EXPECT_EQ(some->num_nodes(), 2);
  EXPECT_EQ(some->nodes()[y.node->id()]->input(0).node, nullptr);
  EXPECT_TRUE(some->nodes()[z.node->id()]->control_inputs().empty());
  EXPECT_EQ(some->FindNode("Placeholder"), nullptr);
}

TEST_F(GraphTest, AFunctionIsCalledByItsName) {
  FunctionSpec f;
  f.signature = Op("Double").Input("x: T").Output("y: T").Attr("T: {float}").Build().value();
  ASSERT_TRUE(g_.library().Add(f).ok());
  const Endpoint x = Placeholder(g_, kF);
  const Endpoint call = Add(g_, "Double", {x});
  ASSERT_TRUE(g_.library().Remove("Double").ok());
  EXPECT_EQ(call.node->type(), "Double");
  EXPECT_EQ(call.node->output_type(0), kF);
  EXPECT_EQ(g_.Copy()->FindNode("Double")->op().name, "Double");
  EXPECT_EQ(TryAdd(Args("Double", "again", {x})).code(), absl::StatusCode::kNotFound);
}

TEST_F(GraphTest, HandleDataFollowsHandles) {
  const Endpoint var = Add(g_, "VarHandleOp", {}, {{"dtype", kF}, {"shape", Shape({3, 4})}});
  const Endpoint same = Add(g_, "Identity", {var});
  const Endpoint read = Add(g_, "ReadVariableOp", {same}, {{"dtype", kF}});
  ASSERT_NE(same.node->output_handle(0), nullptr);
  EXPECT_EQ(read.node->output_shape(0), Shape({3, 4}));
  EXPECT_EQ(read.node->output_handle(0), nullptr);
  const absl::Status wrong = TryAdd(Args("ReadVariableOp", "r", {var}, {{"dtype", DType::kInt32}}));
  EXPECT_NE(wrong.message().find("wrong dtype. Expected float got int32"), absl::string_view::npos);
  g_.SetOutputHandle(read.node, 0, {{kF, Shape({1})}});
  EXPECT_EQ((*read.node->output_handle(0))[0].shape, Shape({1}));
}

// Would take minutes if any step were quadratic.
TEST_F(GraphTest, HundredThousandNodesAndUsesAreNoTrouble) {
  constexpr int kNodes = 100000;
  const Endpoint x = Placeholder(g_, kF, Shape({2}));
  Node* all = Add(g_, "NoOp", {}).node;
  std::vector<Endpoint> users;
  for (int i = 0; i < kNodes; ++i) {
    users.push_back(Add(g_, "Neg", {x}));
    g_.AddControlEdge(users.back().node, all);
  }
  EXPECT_EQ(x.node->uses().size(), static_cast<size_t>(kNodes));
  EXPECT_EQ(g_.TopologicalOrder().value().size(), static_cast<size_t>(kNodes + 2));
  g_.ReplaceUses(x, Placeholder(g_, kF));
  EXPECT_TRUE(x.node->uses().empty());
  for (const Endpoint u : users) {
    g_.RemoveControlEdge(u.node, all);
    g_.RemoveNode(u.node);
  }
  EXPECT_EQ(g_.num_nodes(), 3);
  EXPECT_TRUE(all->control_inputs().empty());
}

}  // namespace
}  // namespace millrace
