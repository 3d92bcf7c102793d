#include "kernels/testing/function_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {

FunctionTest::FunctionTest(std::initializer_list<RegisterFn> ops)
    : pool_(ThreadPool::Create("test", 2)), library_(std::make_shared<FunctionLibrary>()) {
  for (const RegisterFn add : ops) {
    const absl::Status status = add(registry_);
    EXPECT_TRUE(status.ok()) << status;
  }
  auto name = DeviceName::Parse("/job:localhost/replica:0/task:0/device:CPU:0");
  device_ = NewCpuDevice(*name, /*incarnation=*/100, pool_.get());
  runtime_ = std::make_unique<FunctionRuntime>(library_, &registry_, device_.get());
  graph_ = std::make_unique<Graph>(&registry_, library_);
}

FunctionTest::~FunctionTest() = default;

void FunctionTest::AddFunction(const std::string& name, const std::vector<DType>& args,
                               std::vector<NodeSpec> nodes, const std::vector<std::string>& rets,
                               DType ret_type) {
  Op signature("Function");
  FunctionSpec f;
  for (size_t i = 0; i < args.size(); ++i)
    signature.Input(absl::StrCat("a", i, ": ", DTypeName(args[i])));
  for (size_t i = 0; i < rets.size(); ++i) {
    signature.Output(absl::StrCat("r", i, ": ", DTypeName(ret_type)));
    f.ret.emplace_back(absl::StrCat("r", i), rets[i]);
  }
  auto built = signature.Build();
  ASSERT_TRUE(built.ok()) << built.status();
  f.signature = *std::move(built);
  f.signature.name = name;
  f.nodes = std::move(nodes);
  const absl::Status status = library_->Add(std::move(f));
  ASSERT_TRUE(status.ok()) << status;
}

Node* FunctionTest::Add(const std::string& op, std::vector<Endpoint> inputs, AttrMap attrs) {
  Graph::NodeArgs args;
  args.name = op;
  args.uniquify = true;
  args.op = op;
  args.attrs = std::move(attrs);
  args.inputs.assign(inputs.begin(), inputs.end());
  absl::StatusOr<Node*> node = graph_->AddNode(std::move(args));
  EXPECT_TRUE(node.ok()) << node.status();
  return node.ok() ? *node : nullptr;
}

Endpoint FunctionTest::Arg(int index, DType type) {
  return {Add("_Arg", {}, {{"T", type}, {"index", index}}), 0};
}

void FunctionTest::Ret(Node* node, int output) {
  ASSERT_NE(node, nullptr);
  Add("_Retval", {{node, output}}, {{"T", node->output_type(output)}, {"index", results_++}});
}

absl::StatusOr<std::vector<Tensor>> FunctionTest::Run(std::vector<Tensor> args) {
  auto plan = Plan::Create(graph_->Copy(), device_.get(), runtime_.get());
  if (!plan.ok()) return plan.status();
  LocalRendezvous rendezvous;
  StepContext step;
  step.step_id = 1;
  step.rendezvous = &rendezvous;
  step.cancellation = &cancellation_;
  return (*plan)->Run(&step, std::move(args));
}

}  // namespace millrace
