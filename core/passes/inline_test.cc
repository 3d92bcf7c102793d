#include "core/passes/inline.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

class InlineTest : public PassTest {
 protected:
  // y = -(x + x), in nodes "sum" and "neg".
  void AddPlainFunction(const std::string& name, AttrMap attrs = {}) {
    AddFunction(name,
                {{"sum", "Add", {"x", "x"}, "", {{"T", DType::kFloat}}, ""},
                 {"neg", "Neg", {"sum:z:0"}, "", {{"T", DType::kFloat}}, ""},
                 {"unused", "Neg", {"x"}, "", {{"T", DType::kFloat}}, ""}},
                "neg:y:0", {}, std::move(attrs));
  }
  // y = x, with a side effect "effect".
  void AddFunctionWithSideEffect(const std::string& name) {
    AddFunction(name,
                {{"effect", "Random", {}, "", {}, ""},
                 {"out", "Identity", {"x"}, "", {{"T", DType::kFloat}}, ""}},
                "out:output:0", {"effect"});
  }
  void Inline(StepGraph* step, bool inline_functions = true) {
    CompileOptions options;
    options.inline_functions = inline_functions;
    const absl::Status status = InlineFunctions(options, step);
    ASSERT_TRUE(status.ok()) << status;
  }
};

TEST_F(InlineTest, TheBodyTakesThePlaceOfTheCall) {
  AddPlainFunction("f");
  Node* x = Placeholder("x");
  Node* y = Add("Neg", "y", {{Call("c", "f", {x, 0}), 0}});
  StepGraph step = Step({y});
  Inline(&step);
  EXPECT_EQ(NodeNames(*step.graph), "c/neg c/sum x y");
  EXPECT_EQ(Inputs(step.graph->FindNode("y")), "c/neg");
  EXPECT_EQ(Inputs(step.graph->FindNode("c/sum")), "x, x");
}

TEST_F(InlineTest, AFunctionMayBeUsedAsAnOp) {
  AddPlainFunction("f");
  Node* x = Placeholder("x");
  Node* y = Add("Neg", "y", {{Add("f", "c", {{x, 0}}), 0}});
  StepGraph step = Step({y});
  Inline(&step);
  EXPECT_EQ(NodeNames(*step.graph), "c/neg c/sum x y");
}

TEST_F(InlineTest, ControlEdgesAndSideEffectsHold) {
  AddFunctionWithSideEffect("f");
  Node* x = Placeholder("x");
  Node* before = Add("NoOp", "before");
  Node* call = Call("c", "f", {x, 0}, {{}, {before}, ""}, /*stateful=*/true);
  Node* after = Add("NoOp", "after", {}, {{}, {call}, ""});
  StepGraph step = Step({after});
  Inline(&step);
  const Graph& g = *step.graph;
  EXPECT_EQ(Inputs(g.FindNode("c/effect")), "^before");
  EXPECT_EQ(Inputs(g.FindNode("c/out")), "x, ^before");
  EXPECT_EQ(Inputs(g.FindNode("after")), "^c/output_control");
  EXPECT_EQ(Inputs(g.FindNode("c/output_control")), "^before, ^c/effect, ^c/out");
}

TEST_F(InlineTest, SideEffectsHappenThoughResultsAreUnused) {
  AddFunctionWithSideEffect("f");
  Node* x = Placeholder("x");
  StepGraph step = Step({Call("c", "f", {x, 0}, {}, /*stateful=*/true)});
  Inline(&step);
  const Node* effect = step.graph->FindNode("c/effect");
  ASSERT_NE(effect, nullptr);
  EXPECT_TRUE(step.IsRequired(effect));
}

TEST_F(InlineTest, CallsInCallsAreInlinedButNoRecursion) {
  AddPlainFunction("leaf");
  AddFunction("outer",
              {{"inner",
                "PartitionedCall",
                {"x"},
                "",
                {{"f", FunctionRef{"leaf", nullptr}},
                 {"Tin", std::vector<DType>{DType::kFloat}},
                 {"Tout", std::vector<DType>{DType::kFloat}}},
                ""}},
              "inner:output:0");
  AddFunction("forever", {{"again", "forever", {"x"}, "", {}, ""}}, "again:y:0");
  Node* x = Placeholder("x");
  Node* a = Add("Neg", "a", {{Call("c", "outer", {x, 0}), 0}});
  Node* b = Add("Neg", "b", {{Call("d", "forever", {x, 0}), 0}});
  StepGraph step = Step({a, b});
  Inline(&step);
  EXPECT_EQ(NodeNames(*step.graph), "a b c/inner/neg c/inner/sum d/again/call x");
  // A function used as an op is left as a call, the form that runs.
  EXPECT_EQ(step.graph->FindNode("d/again/call")->type(), "PartitionedCall");
}

TEST_F(InlineTest, NoInlineIsRespected) {
  AddPlainFunction("f", {{"_noinline", true}});
  AddPlainFunction("g");
  Node* x = Placeholder("x");
  Node* a = Add("Neg", "a", {{Call("c", "f", {x, 0}), 0}});
  Node* b = Add("Neg", "b", {{Call("d", "g", {x, 0}, {{{"_noinline", true}}, {}, ""}), 0}});
  StepGraph step = Step({a, b});
  Inline(&step);
  EXPECT_EQ(NodeNames(*step.graph), "a b c d x");
}

TEST_F(InlineTest, WithoutInliningOnlyBodiesWithDevicesAre) {
  AddPlainFunction("f");
  AddFunction("g", {{"neg", "Neg", {"x"}, "/cpu:1", {{"T", DType::kFloat}}, ""}}, "neg:y:0");
  Node* x = Placeholder("x");
  Node* a = Add("Neg", "a", {{Call("c", "f", {x, 0}), 0}});
  Node* b = Add("Neg", "b", {{Call("d", "g", {x, 0}, {{}, {}, "/job:ps/task:3/cpu:0"}), 0}});
  StepGraph step = Step({a, b});
  Inline(&step, /*inline_functions=*/false);
  EXPECT_EQ(NodeNames(*step.graph), "a b c d/neg x");
  EXPECT_EQ(step.graph->FindNode("d/neg")->requested_device(), "/job:ps/task:3/device:CPU:1");
}

TEST_F(InlineTest, LoopsKeepTheirBackEdges) {
  AddFunction("loop",
              {{"enter", "Enter", {"x"}, "", {{"T", DType::kFloat}, {"frame_name", "f"}}, ""},
               {"merge",
                "Merge",
                {"enter:output:0", "next:output:0"},
                "",
                {{"T", DType::kFloat}, {"N", 2}},
                ""},
               {"next", "NextIteration", {"merge:output:0"}, "", {{"T", DType::kFloat}}, ""},
               {"exit", "Exit", {"merge:output:0"}, "", {{"T", DType::kFloat}}, ""}},
              "exit:output:0");
  Node* x = Placeholder("x");
  Node* y = Add("Neg", "y", {{Call("c", "loop", {x, 0}), 0}});
  StepGraph step = Step({y});
  Inline(&step);
  EXPECT_EQ(Inputs(step.graph->FindNode("c/merge")), "c/enter, c/next");
  std::string frame;
  ASSERT_TRUE(step.graph->FindNode("c/enter")->GetAttr("frame_name", &frame).ok());
  EXPECT_EQ(frame, "c/f");
}

TEST_F(InlineTest, ColocationIsRenamed) {
  AddFunction(
      "f",
      {{"first", "Neg", {"x"}, "", {{"T", DType::kFloat}}, ""},
       {"second",
        "Neg",
        {"first:y:0"},
        "",
        {{"T", DType::kFloat}, {"_class", std::vector<std::string>{"loc:@first", "loc:@x"}}},
        ""}},
      "second:y:0");
  Node* x = Placeholder("in");
  Node* y = Add("Neg", "y", {{Call("c", "f", {x, 0}), 0}});
  StepGraph step = Step({y});
  Inline(&step);
  std::vector<std::string> classes;
  ASSERT_TRUE(step.graph->FindNode("c/second")->GetAttr("_class", &classes).ok());
  EXPECT_EQ(classes, (std::vector<std::string>{"loc:@c/first", "loc:@in"}));
}

}  // namespace
}  // namespace millrace
