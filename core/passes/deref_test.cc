#include "core/passes/deref.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

class DerefTest : public PassTest {};

TEST_F(DerefTest, ReadsStandBeforeConsumersOfValues) {
  Node* v = Add("VariableV2", "v");
  Node* one = Const("one", 1);
  Node* assign = Add("Assign", "assign", {{v, 0}, {one, 0}});
  Node* after = Add("Neg", "after", {{assign, 0}});
  Node* before = Add("Identity", "before", {{v, 0}}, {{}, {one}, ""});
  StepGraph step = Step({after, before});
  ASSERT_TRUE(Dereference(&step).ok());
  const Graph& g = *step.graph;
  EXPECT_EQ(CountOp(g, "_ReadRef"), 2);
  EXPECT_EQ(Inputs(g.FindNode("assign")), "v, one");  // takes the variable itself
  EXPECT_EQ(Inputs(g.FindNode("after")), "after/_read_assign");
  EXPECT_EQ(Inputs(g.FindNode("after/_read_assign")), "assign");
  EXPECT_EQ(Inputs(g.FindNode("before/_read_v")), "v, ^one");
  EXPECT_EQ(g.FindNode("before/_read_v")->output_type(0), DType::kFloat);
}

TEST_F(DerefTest, TheReadWaitsForTheConsumersOtherInputs) {
  Node* v = Add("VariableV2", "v");
  Node* x = Placeholder("x");
  Node* sum = Add("Add", "sum", {{v, 0}, {x, 0}});
  Node* twice = Add("Add", "twice", {{v, 0}, {v, 0}});
  StepGraph step = Step({sum, twice});
  ASSERT_TRUE(Dereference(&step).ok());
  EXPECT_EQ(Inputs(step.graph->FindNode("sum/_read_v")), "v, ^x");
  // One snapshot for both inputs.
  EXPECT_EQ(Inputs(step.graph->FindNode("twice")), "twice/_read_v, twice/_read_v");
  EXPECT_EQ(CountOp(*step.graph, "_ReadRef"), 2);
}

}  // namespace
}  // namespace millrace
