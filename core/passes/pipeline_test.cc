#include "core/passes/pipeline.h"

#include "core/graph/shape_inference.h"
#include "core/passes/testing.h"

namespace millrace {
namespace {

class PipelineTest : public PassTest {
 protected:
  PipelineTest() { options_.devices = Devices({kCpu0}); }
  absl::StatusOr<CompiledStep> Compile(StepSignature signature) {
    return CompileStep(graph_, signature, options_, EvaluateTiny);
  }
  CompileOptions options_;
};

TEST_F(PipelineTest, PassesWorkTogether) {
  AddFunction(
      "f",
      {{"one", "Const", {}, "", {{"dtype", DType::kFloat}, {"value", Tensor::Scalar(1.0f)}}, ""},
       {"two", "Add", {"one:output:0", "one:output:0"}, "", {{"T", DType::kFloat}}, ""},
       {"sum", "Add", {"x", "two:z:0"}, "", {{"T", DType::kFloat}}, ""}},
      "sum:z:0");
  Node* x = Placeholder("x", PartialShape::Scalar());
  Node* a = Call("a", "f", {x, 0});
  Node* b = Call("b", "f", {x, 0});
  Add("Add", "y", {{a, 0}, {b, 0}});
  const int64_t version = graph_.version();
  auto compiled = Compile({{"x"}, {"y"}, {}});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  ASSERT_EQ(compiled->partitions.size(), 1);
  // Both bodies are the same, and their constants are one.
  const Graph& g = *compiled->partitions[0].graph;
  EXPECT_EQ(g.num_nodes(), 5) << NodeNames(g);  // arg, constant, sum, y, retval
  EXPECT_EQ(CountOp(g, "Const"), 1);
  EXPECT_EQ(graph_.version(), version);
  EXPECT_TRUE(compiled->placement.entries.empty());
}

TEST_F(PipelineTest, VariablesOnAServer) {
  options_.devices = Devices({kCpu0, "/job:ps/replica:0/task:0/device:CPU:0"});
  Node* v = Variable("v", "/job:ps");
  Node* read = Add("ReadVariableOp", "read", {{v, 0}});
  Node* neg = Add("Neg", "neg", {{read, 0}}, {{}, {}, "/job:localhost"});
  Add("AssignVariableOp", "assign", {{v, 0}, {neg, 0}});
  auto compiled = Compile({{}, {"neg"}, {"assign"}});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  ASSERT_EQ(compiled->partitions.size(), 2);
  EXPECT_EQ(NodeNames(*compiled->partitions[0].graph), "_retval_neg_0 neg neg/_send read/_recv");
  EXPECT_EQ(NodeNames(*compiled->partitions[1].graph), "assign neg/_recv read read/_send v");
}

TEST_F(PipelineTest, ACycleIsRefused) {
  Node* a = Add("Neg", "a", {{Placeholder("x"), 0}});
  Node* b = Add("Neg", "b", {{a, 0}});
  ASSERT_TRUE(graph_.SetInput(a, 0, {b, 0}).ok());
  EXPECT_EQ(Compile({{}, {"b"}, {}}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Compile({{"a"}, {"b"}, {}}).ok());  // cut open by the feed
}

TEST_F(PipelineTest, ShapesAreNotTrustedBehindAFeedInTheMiddle) {
  Node* x = Placeholder("x", PartialShape::Of({2}));
  Node* a = Add("Neg", "a", {{x, 0}});
  Add("Identity", "shape", {{Add("Shape", "s", {{Add("Neg", "b", {{a, 0}}), 0}}), 0}});
  auto trusted = Compile({{"x"}, {"shape"}, {}});
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  EXPECT_EQ(CountOp(*trusted->partitions[0].graph, "Shape"), 0);
  auto untrusted = Compile({{"a"}, {"shape"}, {}});
  ASSERT_TRUE(untrusted.ok()) << untrusted.status();
  EXPECT_EQ(CountOp(*untrusted->partitions[0].graph, "Shape"), 1);
}

TEST_F(PipelineTest, TenThousandNodes) {
  Node* last = Placeholder("x", PartialShape::Scalar());
  for (int i = 0; i < 10000; ++i) last = Add("Neg", "n" + std::to_string(i), {{last, 0}});
  auto compiled = Compile({{"x"}, {}, {"n9999"}});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(compiled->partitions[0].graph->num_nodes(), 10001);
}

}  // namespace
}  // namespace millrace
