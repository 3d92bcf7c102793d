#include "core/passes/fold.h"

#include "core/graph/shape_inference.h"
#include "core/passes/testing.h"

namespace millrace {
namespace {

class FoldTest : public PassTest {
 protected:
  void Fold(StepGraph* step, bool shapes_are_certain = true) {
    const absl::Status status = FoldConstants(EvaluateTiny, shapes_are_certain, step);
    ASSERT_TRUE(status.ok()) << status;
  }
  float Value(const StepGraph& step, const std::string& name) {
    Node* node = step.graph->FindNode(name);
    const Tensor* value = node != nullptr ? ConstantValue({node, 0}) : nullptr;
    EXPECT_NE(value, nullptr) << name << " in " << NodeNames(*step.graph);
    return value != nullptr ? value->scalar<float>() : 0;
  }
};

TEST_F(FoldTest, ConstantsMeltTogether) {
  Node* sum = Add("Add", "sum", {{Const("a", 2), 0}, {Const("b", 3), 0}});
  Node* neg = Add("Neg", "neg", {{sum, 0}});
  Node* y = Add("Add", "y", {{neg, 0}, {Placeholder("x"), 0}});
  StepGraph step = Step({y});
  Fold(&step);
  EXPECT_EQ(NodeNames(*step.graph), "neg/folded x y");
  EXPECT_EQ(Value(step, "neg/folded"), -5);
}

TEST_F(FoldTest, StatefulOpsAndErrorsStay) {
  Node* random = Add("Random", "random");
  Node* a = Add("Neg", "a", {{random, 0}});
  // EvaluateTiny cannot: the error belongs to the step, if it ever runs.
  Node* split = Add("Split2", "split", {{Const("c", 1), 0}});
  Node* b = Add("Neg", "b", {{split, 1}});
  StepGraph step = Step({a, b});
  Fold(&step);
  EXPECT_EQ(NodeNames(*step.graph), "a b c random split");
}

TEST_F(FoldTest, ControlInputsMoveToTheResult) {
  Node* update = Add("Random", "update");
  Node* a = Const("a", 1, {{}, {update}, ""});
  Node* neg = Add("Neg", "neg", {{a, 0}});
  Node* y = Add("Add", "y", {{neg, 0}, {Placeholder("x"), 0}});
  Node* late = Add("NoOp", "late", {}, {{}, {neg}, ""});
  StepGraph step = Step({y, late});
  Fold(&step);
  EXPECT_EQ(Inputs(step.graph->FindNode("neg/folded")), "^update");
  EXPECT_EQ(Inputs(step.graph->FindNode("late")), "^update");
}

TEST_F(FoldTest, ShapesThatAreKnownAreConstants) {
  Node* x = Placeholder("x", PartialShape::Of({2, 3}));
  Node* part = Placeholder("part", PartialShape::Of({-1, 3}));
  std::vector<Node*> keep;
  for (Node* p : {x, part}) {
    for (const char* op : {"Shape", "Size", "Rank"}) {
      keep.push_back(
          Add("Identity", p->name() + op, {{Add(op, p->name() + op + "0", {{p, 0}}), 0}}));
    }
  }
  StepGraph step = Step(keep);
  Fold(&step);
  EXPECT_EQ(CountOp(*step.graph, "Shape"), 1);  // of part
  EXPECT_EQ(CountOp(*step.graph, "Size"), 1);   // of part
  EXPECT_EQ(CountOp(*step.graph, "Rank"), 0);
  const Tensor* shape = ConstantValue({step.graph->FindNode("xShape0/folded"), 0});
  ASSERT_NE(shape, nullptr);
  EXPECT_TRUE(shape->BitwiseEquals(Tensor::Vector<int32_t>({2, 3})));

  StepGraph uncertain = Step(keep);
  Fold(&uncertain, /*shapes_are_certain=*/false);
  EXPECT_EQ(CountOp(*uncertain.graph, "Shape"), 2);
}

TEST_F(FoldTest, LargeResultsAreNotComputed) {
  auto big = Tensor::CreateZeros(DType::kFloat, Shape{1 << 19});
  ASSERT_TRUE(big.ok());
  Node* a = Add("Const", "a", {}, {{{"dtype", DType::kFloat}, {"value", *big}}, {}, ""});
  Node* neg = Add("Neg", "neg", {{a, 0}});
  StepGraph step = Step({Add("Neg", "y", {{neg, 0}})});
  Fold(&step);
  EXPECT_EQ(NodeNames(*step.graph), "a neg y");
}

TEST_F(FoldTest, WhatIsRequiredStays) {
  Node* neg = Add("Neg", "neg", {{Const("a", 2), 0}});
  StepGraph step = Step({neg});
  Fold(&step);
  EXPECT_EQ(NodeNames(*step.graph), "a neg");
}

}  // namespace
}  // namespace millrace
