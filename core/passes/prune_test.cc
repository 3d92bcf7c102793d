#include "core/passes/prune.h"

#include "core/passes/testing.h"

namespace millrace {
namespace {

class PruneTest : public PassTest {
 protected:
  absl::StatusOr<StepGraph> Run(StepSignature signature) { return Prune(graph_, signature); }
};

TEST_F(PruneTest, KeepsWhatFetchesAndTargetsNeed) {
  Node* a = Const("a", 1);
  Node* init = Add("NoOp", "init");
  Add("Neg", "b", {{a, 0}}, {{}, {init}, ""});
  Add("Neg", "unused", {{a, 0}});
  Add("NoOp", "other");
  auto step = Run({{}, {"b:0"}, {"other"}});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(NodeNames(*step->graph), "_retval_b_0 a b init other");
  EXPECT_EQ(Inputs(step->graph->FindNode("b")), "a, ^init");
  EXPECT_TRUE(step->IsRequired(step->graph->FindNode("other")));
  EXPECT_TRUE(step->IsRequired(step->graph->FindNode("_retval_b_0")));
  EXPECT_FALSE(step->IsRequired(step->graph->FindNode("b")));
}

TEST_F(PruneTest, FeedsTakeThePlaceOfWhatTheyFeed) {
  Node* x = Placeholder("x", PartialShape::Of({-1, 3}));
  Node* b = Add("Neg", "b", {{x, 0}});
  Node* c = Add("Split2", "c", {{b, 0}});
  Add("Add", "d", {{c, 0}, {c, 1}}, {{}, {x}, ""});
  auto step = Run({{"c:1", "x"}, {"d:0"}, {}});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(NodeNames(*step->graph), "_arg_c_1 _arg_x_0 _retval_d_0 b c d");
  // The control edge from the fed placeholder is gone with it.
  EXPECT_EQ(Inputs(step->graph->FindNode("d")), "c, _arg_c_1");
  const Node* arg = step->graph->FindNode("_arg_x_0");
  int64_t index = -1;
  ASSERT_TRUE(arg->GetAttr("index", &index).ok());
  EXPECT_EQ(index, 1);
  EXPECT_EQ(arg->output_shape(0), PartialShape::Of({-1, 3}));
}

TEST_F(PruneTest, WhatOnlyAFeedReplacedIsGone) {
  Node* x = Placeholder("x");
  Node* b = Add("Neg", "b", {{x, 0}});
  Add("Neg", "c", {{b, 0}});
  auto step = Run({{"b:0"}, {"c:0", "b:0", "c:0"}, {}});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(NodeNames(*step->graph), "_arg_b_0 _retval_b_0 _retval_c_0 _retval_c_0_1 c");
  EXPECT_EQ(Inputs(step->graph->FindNode("_retval_b_0")), "_arg_b_0");
}

TEST_F(PruneTest, AFeedThatNothingNeedsGetsNoArg) {
  Placeholder("x");
  Const("a", 1);
  auto step = Run({{"x:0"}, {"a:0"}, {}});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(CountOp(*step->graph, "_Arg"), 0);
}

TEST_F(PruneTest, ALoopIsLeftOutWhenItsResultIsFed) {
  Node* x = Placeholder("x");
  Node* enter = Add("Enter", "enter", {{x, 0}}, {{{"frame_name", "f"}}, {}, ""});
  Node* merge = Add("Merge", "merge", {{enter, 0}, {enter, 0}});
  Node* next = Add("NextIteration", "next", {{merge, 0}});
  ASSERT_TRUE(graph_.SetInput(merge, 1, {next, 0}).ok());
  Node* exit = Add("Exit", "exit", {{merge, 0}});
  Add("Neg", "y", {{exit, 0}});
  auto whole = Run({{"x"}, {"y"}, {}});
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(NodeNames(*whole->graph), "_arg_x_0 _retval_y_0 enter exit merge next y");
  auto fed = Run({{"exit"}, {"y"}, {}});
  ASSERT_TRUE(fed.ok()) << fed.status();
  EXPECT_EQ(NodeNames(*fed->graph), "_arg_exit_0 _retval_y_0 y");
}

TEST_F(PruneTest, UnknownNamesAreNotFound) {
  Const("a", 1);
  EXPECT_EQ(Run({{"nope:0"}, {"a:0"}, {}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run({{}, {"nope:0"}, {}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run({{}, {}, {"nope"}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_NE(Run({{}, {"nope:0"}, {}}).status().message().find("fetch 'nope:0'"), std::string::npos);
}

TEST_F(PruneTest, ATensorIsFedOnce) {
  Placeholder("x");
  EXPECT_EQ(Run({{"x:0", "x"}, {"x:0"}, {}}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PruneTest, AVariableThatIsFedCannotBeAssigned) {
  Node* v = Add("VariableV2", "v");
  Node* a = Const("a", 1);
  Add("Assign", "assign", {{v, 0}, {a, 0}});
  Add("Neg", "y", {{v, 0}});
  EXPECT_TRUE(Run({{"v"}, {"y"}, {}}).ok());
  EXPECT_EQ(Run({{"v"}, {"assign"}, {}}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace
