#include "core/passes/partition.h"

#include <set>

#include "core/passes/place.h"
#include "core/passes/testing.h"

namespace millrace {
namespace {

class PartitionTest : public PassTest {
 protected:
  PartitionTest() { options_.devices = Devices({kCpu0, kCpu1, kTest0}); }

  Node* On(const std::string& device, const std::string& op, const std::string& name,
           std::vector<Endpoint> inputs = {}, std::vector<Node*> controls = {}) {
    return Add(op, name, std::move(inputs), {{}, std::move(controls), device});
  }
  absl::Status Run() {
    StepGraph step = Step({});
    PlacementReport report;
    auto device_of = Place(options_, &step, &report);
    if (!device_of.ok()) return device_of.status();
    int64_t next_edge_id = 7;
    auto parts = SplitByDevice(options_, *std::move(device_of), std::move(step), &next_edge_id);
    if (!parts.ok()) return parts.status();
    parts_ = *std::move(parts);
    return absl::OkStatus();
  }
  const Graph& PartOf(const std::string& device) {
    for (const Partition& part : parts_) {
      if (part.device == device) return *part.graph;
    }
    ADD_FAILURE() << "no part for " << device;
    return graph_;
  }

  CompileOptions options_;
  std::vector<Partition> parts_;
};

TEST_F(PartitionTest, OneDeviceIsLeftWhole) {
  Add("Neg", "y", {{Add("Random", "x"), 0}});
  ASSERT_TRUE(Run().ok());
  ASSERT_EQ(parts_.size(), 1);
  EXPECT_EQ(parts_[0].device, kCpu0);
  EXPECT_EQ(NodeNames(*parts_[0].graph), "x y");
}

TEST_F(PartitionTest, ATensorIsSentOnceADevice) {
  Node* x = On("/cpu:0", "Random", "x");
  On("/cpu:1", "Neg", "a", {{x, 0}});
  Node* b = On("/cpu:1", "Add", "b", {{x, 0}, {x, 0}});
  On("/device:TEST:0", "Neg", "c", {{x, 0}});
  On("/cpu:0", "Neg", "d", {{b, 0}}, {b});
  ASSERT_TRUE(Run().ok());
  ASSERT_EQ(parts_.size(), 3);
  EXPECT_EQ(NodeNames(PartOf(kCpu0)), "b/_recv d x x/_send x/_send_1");
  EXPECT_EQ(NodeNames(PartOf(kCpu1)), "a b b/_send x/_recv");
  EXPECT_EQ(NodeNames(PartOf(kTest0)), "c x/_recv_1");
  EXPECT_EQ(Inputs(PartOf(kCpu1).FindNode("b")), "x/_recv, x/_recv");
  // The control edge rides on the tensor.
  EXPECT_EQ(Inputs(PartOf(kCpu0).FindNode("d")), "b/_recv, ^b/_recv");
}

TEST_F(PartitionTest, SendsAndRecvsAgree) {
  Node* x = On("/cpu:0", "Split2", "x", {{On("/cpu:0", "Random", "r"), 0}});
  On("/cpu:1", "Add", "y", {{x, 0}, {x, 1}});
  ASSERT_TRUE(Run().ok());
  std::set<int64_t> sent, received;
  for (const Partition& part : parts_) {
    for (const auto& node : part.graph->nodes()) {
      if (node == nullptr || (node->type() != "_Send" && node->type() != "_Recv")) continue;
      int64_t edge = -1, incarnation = 0;
      std::string send_device, recv_device, name;
      EXPECT_TRUE(node->GetAttr("edge_id", &edge).ok());
      EXPECT_TRUE(node->GetAttr("send_device_incarnation", &incarnation).ok());
      EXPECT_TRUE(node->GetAttr("send_device", &send_device).ok());
      EXPECT_TRUE(node->GetAttr("recv_device", &recv_device).ok());
      EXPECT_TRUE(node->GetAttr("tensor_name", &name).ok());
      EXPECT_EQ(send_device, kCpu0);
      EXPECT_EQ(recv_device, kCpu1);
      EXPECT_EQ(incarnation, 100);
      EXPECT_EQ(name, edge == 7 ? "x:0" : "x:1");
      (node->type() == "_Send" ? sent : received).insert(edge);
    }
  }
  EXPECT_EQ(sent, (std::set<int64_t>{7, 8}));
  EXPECT_EQ(sent, received);
}

TEST_F(PartitionTest, ControlEdgesSendAnEmptyTensor) {
  Node* init = On("/cpu:0", "NoOp", "init");
  On("/cpu:1", "NoOp", "a", {}, {init});
  On("/cpu:1", "NoOp", "b", {}, {init});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(NodeNames(PartOf(kCpu0)), "init init/_control init/_control/_send");
  EXPECT_EQ(Inputs(PartOf(kCpu0).FindNode("init/_control")), "^init");
  EXPECT_EQ(NodeNames(PartOf(kCpu1)), "a b init/_control/_recv");
  EXPECT_EQ(Inputs(PartOf(kCpu1).FindNode("b")), "^init/_control/_recv");
}

TEST_F(PartitionTest, SmallConstantsAreCopied) {
  Node* c = Const("c", 3, {{}, {}, "/cpu:0"});
  On("/cpu:0", "Neg", "a", {{c, 0}});
  On("/cpu:1", "Neg", "b", {{c, 0}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(NodeNames(PartOf(kCpu0)), "a c");
  EXPECT_EQ(NodeNames(PartOf(kCpu1)), "b c/_copy");
}

// while IsPositive(v): v = Neg(v), with each part where it is said.
class LoopPartitionTest : public PartitionTest {
 protected:
  struct Where {
    std::string enter, merge, condition, body, next;
  };
  void AddLoop(const Where& where) {
    Node* x = On("/cpu:0", "Random", "x");
    Node* enter = Add("Enter", "enter", {{x, 0}}, {{{"frame_name", "f"}}, {}, where.enter});
    Node* merge = On(where.merge, "Merge", "merge", {{enter, 0}, {enter, 0}});
    Node* positive = On(where.condition, "IsPositive", "positive", {{merge, 0}});
    Node* condition = On(where.condition, "LoopCond", "condition", {{positive, 0}});
    Node* branch = On(where.merge, "Switch", "switch", {{merge, 0}, {condition, 0}});
    Node* neg = On(where.body, "Neg", "neg", {{branch, 1}});
    Node* next = On(where.next, "NextIteration", "next", {{neg, 0}});
    ASSERT_TRUE(graph_.SetInput(merge, 1, {next, 0}).ok());
    On(where.merge, "Exit", "exit", {{branch, 0}});
  }
  std::string Elsewhere(const std::string& node) { return Inputs(PartOf(kCpu1).FindNode(node)); }
  std::string Home(const std::string& node) { return Inputs(PartOf(kCpu0).FindNode(node)); }
};

TEST_F(LoopPartitionTest, ALoopThatIsElsewhereAsAWholeNeedsNoOther) {
  AddLoop({"/cpu:1", "/cpu:1", "/cpu:1", "/cpu:1", "/cpu:1"});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(NodeNames(PartOf(kCpu0)), "x x/_send");
  EXPECT_EQ(CountOp(PartOf(kCpu1), "Enter"), 1);
}

TEST_F(LoopPartitionTest, APartElsewhereTurnsWithTheCondition) {
  AddLoop({"/cpu:0", "/cpu:0", "/cpu:0", "/cpu:1", "/cpu:0"});
  ASSERT_TRUE(Run().ok());
  // The loop that it gets, which receives the condition and what Neg takes in each turn.
  EXPECT_EQ(Elsewhere("enter/_enter"), "enter/_begin");
  EXPECT_EQ(Elsewhere("enter/_turn"), "enter/_enter, enter/_next");
  EXPECT_EQ(Elsewhere("condition/_recv"), "^enter/_turn");
  EXPECT_EQ(Elsewhere("enter/_switch"), "enter/_turn, condition/_recv");
  EXPECT_EQ(Elsewhere("enter/_next"), "enter/_switch:1");
  EXPECT_EQ(Elsewhere("neg"), "switch/_recv");
  EXPECT_EQ(Elsewhere("switch/_recv"), "^enter/_turn");
  // At home, where Neg's value arrives, the condition is at hand.
  EXPECT_EQ(Home("next"), "neg/_recv");
  EXPECT_EQ(Home("neg/_recv"), "^enter/_turn_1");
  EXPECT_EQ(Home("enter/_switch_1"), "enter/_turn_1, condition");
  std::string name;
  ASSERT_TRUE(PartOf(kCpu1).FindNode("enter/_enter")->GetAttr("frame_name", &name).ok());
  EXPECT_EQ(name, "f");
}

// An Enter gives a value in the first turn only, a NextIteration in all others: neither can cross.
TEST_F(LoopPartitionTest, EnterAndNextIterationGoToTheirMerge) {
  AddLoop({"/cpu:0", "/cpu:1", "/cpu:1", "/cpu:1", "/cpu:0"});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(NodeNames(PartOf(kCpu0)), "x x/_send");
  EXPECT_EQ(Elsewhere("merge"), "enter/_copy, next/_copy");
  EXPECT_EQ(Elsewhere("enter/_copy"), "x/_recv");
  EXPECT_EQ(Elsewhere("x/_recv"), "");
  EXPECT_EQ(Elsewhere("next/_copy"), "neg");
}

TEST_F(LoopPartitionTest, ALoopInALoopTurnsWithBoth) {
  AddLoop({"/cpu:0", "/cpu:0", "/cpu:0", "/cpu:0", "/cpu:0"});
  Node* outside = graph_.FindNode("neg");
  Node* enter = Add("Enter", "inner", {{outside, 0}}, {{{"frame_name", "inner"}}, {}, "/cpu:0"});
  Node* merge = On("/cpu:0", "Merge", "m", {{enter, 0}, {enter, 0}});
  Node* positive = On("/cpu:0", "IsPositive", "p", {{merge, 0}});
  Node* condition = On("/cpu:0", "LoopCond", "c", {{positive, 0}});
  Node* branch = On("/cpu:0", "Switch", "s", {{merge, 0}, {condition, 0}});
  On("/cpu:1", "Neg", "far", {{branch, 1}});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Elsewhere("far"), "s/_recv");
  EXPECT_EQ(Elsewhere("s/_recv"), "^inner/_turn");
  EXPECT_EQ(Elsewhere("inner/_begin"), "^enter/_turn");
  EXPECT_EQ(Elsewhere("condition/_recv"), "^enter/_turn");
  EXPECT_EQ(Elsewhere("c/_recv"), "^inner/_turn");
}

// That a Switch gave a value on one side does not tell that the other is alive.
TEST_F(PartitionTest, ControlEdgesDoNotRideOnASwitch) {
  Node* x = On("/cpu:0", "Random", "x");
  Node* positive = On("/cpu:0", "IsPositive", "positive", {{x, 0}});
  Node* branch = On("/cpu:0", "Switch", "switch", {{x, 0}, {positive, 0}});
  On("/cpu:1", "Neg", "a", {{branch, 1}});
  On("/cpu:1", "NoOp", "b", {}, {branch});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Inputs(PartOf(kCpu1).FindNode("a")), "switch/_recv");
  EXPECT_EQ(Inputs(PartOf(kCpu1).FindNode("b")), "^switch/_control/_recv");
  bool may_be_dead = false;
  EXPECT_TRUE(PartOf(kCpu1).FindNode("switch/_recv")->GetAttr("_may_be_dead", &may_be_dead).ok());
  EXPECT_TRUE(may_be_dead);
}

TEST_F(PartitionTest, ALoopAcrossDevicesNeedsACondition) {
  Node* x = On("/cpu:0", "Random", "x");
  Node* enter = Add("Enter", "enter", {{x, 0}}, {{{"frame_name", "f"}}, {}, "/cpu:1"});
  Node* merge = On("/cpu:1", "Merge", "merge", {{enter, 0}, {enter, 0}});
  Node* next = On("/cpu:1", "NextIteration", "next", {{merge, 0}});
  ASSERT_TRUE(graph_.SetInput(merge, 1, {next, 0}).ok());
  On("/cpu:0", "Neg", "inside", {{merge, 0}});
  EXPECT_EQ(Run().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace millrace
