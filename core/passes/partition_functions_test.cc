#include "core/passes/partition_functions.h"

#include <algorithm>

#include "core/passes/pipeline.h"
#include "core/passes/testing.h"

namespace millrace {
namespace {

constexpr char kPs[] = "/job:ps/replica:0/task:0/device:CPU:0";

// A loop over (handle, x): body x -> x + read(handle), as long as the condition holds of x.
class PartitionFunctionsTest : public PassTest {
 protected:
  PartitionFunctionsTest() {
    options_.devices = Devices({kCpu0, kPs});
    AddStep("body", "r1");
    AddCondition();
  }

  void AddStep(const std::string& name, const std::string& read) {
    FunctionSpec f;
    f.signature = *Op("Function")
                       .Input("v: resource")
                       .Input("x: float")
                       .Output("v_out: resource")
                       .Output("x_out: float")
                       .Build();
    f.signature.name = name;
    f.nodes = {{read, "ReadVariableOp", {"v"}, "", {{"dtype", DType::kFloat}}, ""},
               {"sum", "Add", {"x", read + ":value:0"}, "", {{"T", DType::kFloat}}, ""}};
    f.ret = {{"v_out", "v"}, {"x_out", "sum:z:0"}};
    f.signature.is_stateful = true;
    ASSERT_TRUE(graph_.library().Add(std::move(f)).ok());
  }
  void AddCondition() {
    FunctionSpec f;
    f.signature =
        *Op("Function").Input("v: resource").Input("x: float").Output("go_on: float").Build();
    f.signature.name = "cond";
    f.nodes = {{"neg", "Neg", {"x"}, "", {{"T", DType::kFloat}}, ""}};
    f.ret = {{"go_on", "neg:y:0"}};
    ASSERT_TRUE(graph_.library().Add(std::move(f)).ok());
  }
  Node* Loop(Endpoint v, Endpoint x) {
    return Add("While", "loop", {v, x},
               {{{"T", std::vector<DType>{DType::kResource, DType::kFloat}},
                 {"cond", FunctionRef{"cond", nullptr}},
                 {"body", FunctionRef{"body", nullptr}}},
                {},
                ""});
  }
  absl::Status Compile(StepSignature signature) {
    auto compiled = CompileStep(graph_, signature, options_, EvaluateTiny);
    if (!compiled.ok()) return compiled.status();
    compiled_ = *std::move(compiled);
    return absl::OkStatus();
  }
  const Graph& PartOf(const std::string& device) {
    for (const Partition& part : compiled_.partitions) {
      if (part.device == device) return *part.graph;
    }
    ADD_FAILURE() << "no part on " << device;
    return graph_;
  }
  // The body of a function that a node's attribute names: its ops, sorted.
  std::string OpsOf(const Node* node, const std::string& attr) {
    FunctionRef f;
    EXPECT_TRUE(node->GetAttr(attr, &f).ok());
    auto body = graph_.library().Instantiate(f.name, {}, *registry_, graph_.shared_library());
    EXPECT_TRUE(body.ok()) << body.status();
    std::vector<std::string> ops;
    for (const auto& n : body->graph->nodes()) {
      if (n != nullptr) ops.push_back(n->type());
    }
    std::sort(ops.begin(), ops.end());
    std::string text;
    for (const std::string& op : ops) text += (text.empty() ? "" : " ") + op;
    return text;
  }
  const Node* FindOp(const Graph& graph, const std::string& op) {
    for (const auto& n : graph.nodes()) {
      if (n != nullptr && n->type() == op) return n.get();
    }
    ADD_FAILURE() << "no " << op << " in " << NodeNames(graph);
    return nullptr;
  }

  CompileOptions options_;
  CompiledStep compiled_;
};

TEST_F(PartitionFunctionsTest, ALoopOverAnotherTasksVariableHasAPartThere) {
  Node* v = Variable("v", "/job:ps");
  Node* x = Add("Random", "x", {}, {{}, {}, "/job:localhost"});
  Node* loop = Add("While", "loop", {{v, 0}, {x, 0}},
                   {{{"T", std::vector<DType>{DType::kResource, DType::kFloat}},
                     {"cond", FunctionRef{"cond", nullptr}},
                     {"body", FunctionRef{"body", nullptr}}},
                    {},
                    "/job:localhost"});
  Add("Neg", "y", {{loop, 1}}, {{}, {}, "/job:localhost"});
  const absl::Status status = Compile({{}, {"y"}, {}});
  ASSERT_TRUE(status.ok()) << status;

  const Node* home = FindOp(PartOf(kCpu0), "While");
  const Node* there = FindOp(PartOf(kPs), "While");
  ASSERT_NE(home, nullptr);
  ASSERT_NE(there, nullptr);
  EXPECT_EQ(Inputs(home), "x");   // no handle
  EXPECT_EQ(Inputs(there), "v");  // nothing but the handle
  EXPECT_EQ(OpsOf(home, "cond"), "Neg _Arg _Retval _Send");
  EXPECT_EQ(OpsOf(there, "cond"), "_Arg _Recv _Retval");
  EXPECT_EQ(OpsOf(home, "body"), "Add _Arg _Recv _Retval");
  EXPECT_EQ(OpsOf(there, "body"), "ReadVariableOp _Arg _Retval _Send");
  EXPECT_EQ(Inputs(FindOp(PartOf(kCpu0), "Neg")), home->name());
}

TEST_F(PartitionFunctionsTest, ALoopThatIsFreeGoesToItsHandle) {
  Node* v = Variable("v", "/job:ps");
  Node* x = Add("Random", "x");
  Node* loop = Loop({v, 0}, {x, 0});
  Add("Neg", "y", {{loop, 1}});
  ASSERT_TRUE(Compile({{}, {"y"}, {}}).ok());
  EXPECT_EQ(FindOp(PartOf(kPs), "While")->num_inputs(), 2);
  EXPECT_EQ(CountOp(PartOf(kCpu0), "While"), 0);
}

TEST_F(PartitionFunctionsTest, BranchesOfAnIfArePartitionedAlike) {
  AddStep("other", "r2");
  Node* v = Variable("v", "/job:ps");
  Node* x = Add("Random", "x", {}, {{}, {}, "/job:localhost"});
  Node* choice = Add("If", "choice", {{x, 0}, {v, 0}, {x, 0}},
                     {{{"Tcond", DType::kFloat},
                       {"Tin", std::vector<DType>{DType::kResource, DType::kFloat}},
                       {"Tout", std::vector<DType>{DType::kResource, DType::kFloat}},
                       {"then_branch", FunctionRef{"body", nullptr}},
                       {"else_branch", FunctionRef{"other", nullptr}}},
                      {},
                      "/job:localhost"});
  Add("Neg", "y", {{choice, 1}}, {{}, {}, "/job:localhost"});
  const absl::Status status = Compile({{}, {"y"}, {}});
  ASSERT_TRUE(status.ok()) << status;
  const Node* home = FindOp(PartOf(kCpu0), "If");
  const Node* there = FindOp(PartOf(kPs), "If");
  EXPECT_EQ(Inputs(home), "x, x");
  EXPECT_EQ(Inputs(there), "x/_recv, v");  // the condition is sent
  EXPECT_EQ(OpsOf(home, "else_branch"), "Add _Arg _Recv _Recv _Retval _Retval");
  EXPECT_EQ(OpsOf(there, "else_branch"), "ReadVariableOp _Arg _Send _Send");
}

TEST_F(PartitionFunctionsTest, AFunctionThatCallsItselfEnds) {
  AddFunction("again",
              {{"more",
                "If",
                {"x", "x"},
                "",
                {{"Tcond", DType::kFloat},
                 {"Tin", std::vector<DType>{DType::kFloat}},
                 {"Tout", std::vector<DType>{DType::kFloat}},
                 {"then_branch", FunctionRef{"again", nullptr}},
                 {"else_branch", FunctionRef{"again", nullptr}}},
                ""}},
              "more:output:0");
  Node* x = Add("Random", "x");
  Add("Neg", "y", {{Call("c", "again", {x, 0}), 0}});
  EXPECT_TRUE(Compile({{}, {"y"}, {}}).ok());
}

}  // namespace
}  // namespace millrace
