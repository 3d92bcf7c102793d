// Random changes to a graph, after each of which both ends of every edge agree.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "core/graph/graph.h"
#include "core/graph/test_ops.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

using Edge = std::tuple<const Node*, int, const Node*, int>;  // producer, output, consumer, input

std::vector<Edge> EdgesByUses(const Graph& g) {
  std::vector<Edge> edges;
  for (const auto& n : g.nodes()) {
    if (n == nullptr) continue;
    for (const Use& u : n->uses()) edges.emplace_back(n.get(), u.output, u.dst, u.dst_input);
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

std::vector<Edge> EdgesByInputs(const Graph& g) {
  std::vector<Edge> edges;
  for (const auto& n : g.nodes()) {
    if (n == nullptr) continue;
    for (int i = 0; i < n->num_inputs(); ++i) {
      const Endpoint e = n->input(i);
      if (e.node != nullptr) edges.emplace_back(e.node, e.index, n.get(), i);
    }
    for (const Node* c : n->control_inputs()) {
      edges.emplace_back(c, Use::kControl, n.get(), Use::kControl);
    }
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

// A graph and a plain model of its edges, changed alike.
class RandomGraph {
 public:
  explicit RandomGraph(int seed) : rng_(seed) { AddNode(); }

  void Step() {
    switch (rng_() % 8) {
      case 0:
      case 1:
        AddNode();
        break;
      case 2:
        AddControl();
        break;
      case 3:
        RemoveControl();
        break;
      case 4:
        ReplaceUses();
        break;
      case 5:
        SetInput();
        break;
      case 6:
        Detach();
        break;
      case 7:
        if (g_.num_nodes() > 4) Remove();
        break;
    }
  }

  void Check() const {
    const std::vector<Edge> by_inputs = EdgesByInputs(g_);
    ASSERT_EQ(EdgesByUses(g_), by_inputs);
    std::vector<Edge> model;
    for (const auto& [consumer, producer] : data_) {
      model.emplace_back(producer.node, producer.index, consumer.first, consumer.second);
    }
    for (const auto& [from, to] : control_) {
      model.emplace_back(from, Use::kControl, to, Use::kControl);
    }
    std::sort(model.begin(), model.end());
    ASSERT_EQ(by_inputs, model);
    ASSERT_EQ(g_.num_nodes(), static_cast<int>(live_.size()));
    for (const Node* n : live_) ASSERT_EQ(g_.FindNode(n->name()), n);
  }

  // A copy has the same edges between nodes of the same ids.
  void CheckCopy() const {
    const std::unique_ptr<Graph> copy = g_.Copy();
    const auto ids = [](const std::vector<Edge>& edges) {
      std::vector<std::tuple<int, int, int, int>> out;
      for (const auto& [a, i, b, j] : edges) out.emplace_back(a->id(), i, b->id(), j);
      std::sort(out.begin(), out.end());
      return out;
    };
    ASSERT_EQ(ids(EdgesByUses(*copy)), ids(EdgesByUses(g_)));
    ASSERT_EQ(ids(EdgesByInputs(*copy)), ids(EdgesByInputs(g_)));
    ASSERT_EQ(copy->TopologicalOrder().ok(), g_.TopologicalOrder().ok());
  }

 private:
  Node* Any() { return live_[rng_() % live_.size()]; }
  Endpoint AnyOutput() {
    Node* n = Any();
    return {n, static_cast<int>(rng_() % n->num_outputs())};
  }

  void AddNode() {
    Graph::NodeArgs args;
    args.op = "IdentityN";
    args.uniquify = true;
    const int inputs = 1 + static_cast<int>(rng_() % 3);
    args.deferred_input_types.assign(inputs, DType::kFloat);
    args.inputs.resize(inputs);
    for (Endpoint& e : args.inputs) {
      if (!live_.empty() && rng_() % 4) e = AnyOutput();
    }
    for (int i = static_cast<int>(rng_() % 3); i > 0 && !live_.empty(); --i) {
      args.control_inputs.push_back(Any());
    }
    const Graph::NodeArgs given = args;
    Node* node = MustAdd(g_, std::move(args));
    live_.push_back(node);
    for (int i = 0; i < inputs; ++i) {
      if (given.inputs[i].node != nullptr) data_[{node, i}] = given.inputs[i];
    }
    for (Node* c : given.control_inputs) control_.insert({c, node});
  }

  void AddControl() {
    Node *a = Any(), *b = Any();
    g_.AddControlEdge(a, b);
    control_.insert({a, b});
  }

  void RemoveControl() {
    Node *a = Any(), *b = Any();
    if (!control_.empty() && rng_() % 4) {
      auto it = control_.begin();
      std::advance(it, rng_() % control_.size());
      std::tie(a, b) = *it;
    }
    g_.RemoveControlEdge(a, b);
    control_.erase({a, b});
  }

  void ReplaceUses() {
    const Endpoint from = AnyOutput(), to = AnyOutput();
    g_.ReplaceUses(from, to);
    for (auto& [consumer, producer] : data_) {
      if (producer == from) producer = to;
    }
  }

  void SetInput() {
    Node* n = Any();
    const int i = static_cast<int>(rng_() % n->num_inputs());
    const Endpoint e = AnyOutput();
    ASSERT_TRUE(g_.SetInput(n, i, e).ok());
    data_[{n, i}] = e;
  }

  void Detach() {
    Node* n = Any();
    const int i = static_cast<int>(rng_() % n->num_inputs());
    ASSERT_TRUE(g_.SetInput(n, i, {}).ok());
    data_.erase({n, i});
  }

  void Remove() {
    const size_t at = rng_() % live_.size();
    Node* n = live_[at];
    live_.erase(live_.begin() + at);
    g_.RemoveNode(n);
    for (auto it = data_.begin(); it != data_.end();) {
      it = it->first.first == n || it->second.node == n ? data_.erase(it) : std::next(it);
    }
    for (auto it = control_.begin(); it != control_.end();) {
      it = it->first == n || it->second == n ? control_.erase(it) : std::next(it);
    }
  }

  std::mt19937 rng_;
  Graph g_{&TestOps()};
  std::vector<Node*> live_;
  std::map<std::pair<Node*, int>, Endpoint> data_;  // (consumer, input) -> producer
  std::set<std::pair<Node*, Node*>> control_;       // (producer, consumer)
};

class GraphPropertyTest : public testing::TestWithParam<int> {};

TEST_P(GraphPropertyTest, BothEndsOfEveryEdgeAgree) {
  RandomGraph graph(GetParam());
  for (int i = 0; i < 250; ++i) {
    graph.Step();
    graph.Check();
    if (HasFatalFailure()) return;
  }
  graph.CheckCopy();
}

INSTANTIATE_TEST_SUITE_P(Seeds, GraphPropertyTest, testing::Range(0, 8));

}  // namespace
}  // namespace millrace
