#include "core/passes/dedupe.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

class DedupeTest : public PassTest {
 protected:
  std::string Deduplicated(std::vector<Node*> required) {
    StepGraph step = Step(std::move(required));
    const absl::Status status = Deduplicate(&step);
    EXPECT_TRUE(status.ok()) << status;
    return NodeNames(*step.graph);
  }
};

TEST_F(DedupeTest, EqualChainsBecomeOne) {
  Node* x = Placeholder("x");
  Node* a = Add("Neg", "a", {{Add("Add", "a0", {{x, 0}, {Const("one", 1), 0}}), 0}});
  Node* b = Add("Neg", "b", {{Add("Add", "b0", {{x, 0}, {Const("uno", 1), 0}}), 0}});
  Node* y = Add("Add", "y", {{a, 0}, {b, 0}});
  EXPECT_EQ(Deduplicated({y}), "a a0 one x y");
}

TEST_F(DedupeTest, WhatDiffersStays) {
  Node* x = Placeholder("x");
  Node* once = Add("NoOp", "once");
  std::vector<Node*> ends;
  for (Node* n : {Add("Neg", "plain", {{x, 0}}), Add("Neg", "later", {{x, 0}}, {{}, {once}, ""}),
                  Add("Neg", "there", {{x, 0}}, {{}, {}, "/cpu:0"}),
                  Add("Identity", "other", {{x, 0}}), Const("one", 1), Const("two", 2)}) {
    ends.push_back(Add("Neg", "end_" + n->name(), {{n, 0}}));
  }
  EXPECT_EQ(Deduplicated(ends),
            "end_later end_one end_other end_plain end_there end_two later once one other plain "
            "there two x");
}

TEST_F(DedupeTest, StateIsNeverShared) {
  std::vector<Node*> ends;
  for (const char* name : {"a", "b"}) {
    const std::string n = name;
    ends.push_back(Add("Neg", n + "1", {{Add("Random", n + "0"), 0}}));
    ends.push_back(Add("Neg", n + "3", {{Placeholder(n + "2"), 0}}));
    ends.push_back(
        Add("Neg", n + "5", {{Add("_ReadRef", n + "4", {{Add("VariableV2", n), 0}}), 0}}));
  }
  EXPECT_EQ(Deduplicated(ends), "a a0 a1 a2 a3 a4 a5 b b0 b1 b2 b3 b4 b5");
}

TEST_F(DedupeTest, ControlEdgesMoveToTheOneThatStays) {
  Node* x = Placeholder("x");
  Node* a = Add("Neg", "a", {{x, 0}});
  Node* b = Add("Neg", "b", {{x, 0}});
  Node* end = Add("NoOp", "end", {}, {{}, {a, b}, ""});
  StepGraph step = Step({end});
  ASSERT_TRUE(Deduplicate(&step).ok());
  EXPECT_EQ(Inputs(step.graph->FindNode("end")), "^a");
}

}  // namespace
}  // namespace millrace
