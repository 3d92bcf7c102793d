// If, Case, While and calls, run by plans; and loops that were partitioned over two devices.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/cancellation.h"
#include "core/base/mutex.h"
#include "core/base/notification.h"
#include "core/base/thread_pool.h"
#include "core/graph/function_library.h"
#include "core/graph/graph.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/passes/pipeline.h"
#include "core/runtime/device.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"
#include "gtest/gtest.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

// ----- ops on int32 scalars

template <typename F>
class IntKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0,
                 Tensor::Scalar(F()(c.input(0).scalar<int32_t>(), c.input(1).scalar<int32_t>())));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};
struct AddInts {
  int32_t operator()(int32_t a, int32_t b) const { return a + b; }
};
struct MulInts {
  int32_t operator()(int32_t a, int32_t b) const { return static_cast<int32_t>(int64_t{a} * b); }
};
struct LessInts {
  bool operator()(int32_t a, int32_t b) const { return a < b; }
};

class ConstKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("value", &value_); }
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, value_);
    return absl::OkStatus();
  }

 private:
  Tensor value_;
};

// Its input, later, from another thread.
class LaterKernel final : public AsyncKernel {
 public:
  void ComputeAsync(KernelContext& c, Done done) override {
    WaitPool()->Schedule([&c, done = std::move(done)]() mutable {
      c.set_output(0, c.take_input(0));
      done(absl::OkStatus());
    });
  }
};

class FailKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override { return absl::OutOfRangeError("enough"); }
};

// A variable's value, and its handle.
class HandleKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const ResourceHandle handle = c.resources().MakeHandle("", "v", Variable::kTypeName);
    c.set_output(0, Tensor::Scalar(handle));
    return absl::OkStatus();
  }
};
class AddToVariableKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    auto variable = c.resource<Variable>(0);
    if (!variable.ok()) return variable.status();
    const int32_t sum = (*variable)->Read().scalar<int32_t>() + c.input(1).scalar<int32_t>();
    (*variable)->Assign(Tensor::Scalar(sum));
    c.set_output(0, Tensor::Scalar(sum));
    return absl::OkStatus();
  }
};

absl::Status RegisterTestOps(Registry& r) {
  absl::Status status;
  const auto add = [&](const Op& op) { status.Update(r.Add(op)); };
  add(Op("AddInts")
          .Input("a: int32")
          .Input("b: int32")
          .Output("c: int32")
          .Cpu<IntKernel<AddInts>>());
  add(Op("MulInts")
          .Input("a: int32")
          .Input("b: int32")
          .Output("c: int32")
          .Cpu<IntKernel<MulInts>>());
  add(Op("LessInts")
          .Input("a: int32")
          .Input("b: int32")
          .Output("c: bool")
          .Cpu<IntKernel<LessInts>>());
  add(Op("Const")
          .Output("output: dtype")
          .Attr("value: tensor")
          .Attr("dtype: type")
          .Cpu<ConstKernel>());
  add(Op("Later").Input("a: int32").Output("b: int32").MayWait().Cpu<LaterKernel>());
  add(Op("Fail").Input("a: int32").Output("b: int32").Cpu<FailKernel>());
  add(Op("TestHandle")
          .Output("handle: resource")
          .Stateful()
          .Shape(ScalarOutputs)
          .Cpu<HandleKernel>());
  add(Op("AddToVariable")
          .Input("handle: resource")
          .Input("a: int32")
          .Output("b: int32")
          .Stateful()
          .Cpu<AddToVariableKernel>());
  return status;
}

NodeSpec Int(const std::string& name, int32_t value) {
  return {name, "Const", {}, "", {{"dtype", DType::kInt32}, {"value", Tensor::Scalar(value)}}, ""};
}
NodeSpec Node2(const std::string& name, const std::string& op, const std::string& a,
               const std::string& b, const std::string& device = "") {
  return {name, op, {a, b}, device, {}, ""};
}
FunctionRef Fn(const std::string& name) { return {name, nullptr}; }
std::vector<DType> Types(int n) { return std::vector<DType>(n, DType::kInt32); }

class FunctionalTest : public ::testing::Test {
 protected:
  FunctionalTest() : pool_(ThreadPool::Create("test", 2)) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    const absl::Status status = RegisterTestOps(registry_);
    EXPECT_TRUE(status.ok()) << status;
    for (int i = 0; i < 2; ++i) {
      absl::StatusOr<DeviceName> name =
          DeviceName::Parse("/job:localhost/replica:0/task:0/device:CPU:" + std::to_string(i));
      devices_.push_back(NewCpuDevice(*name, 100 + i, pool_.get()));
      options_.devices.push_back(
          {*name, devices_.back()->full_name(), devices_.back()->incarnation()});
      functions_.push_back(
          std::make_unique<FunctionRuntime>(library_, &registry_, devices_.back().get()));
    }
    graph_ = std::make_unique<Graph>(&registry_, library_);
  }

  // f(a0, ..): int32 -> `rets`.
  void AddFunction(const std::string& name, int num_args, std::vector<NodeSpec> nodes,
                   std::vector<std::string> rets, const std::string& ret_type = "int32") {
    Op op("Function");
    FunctionSpec f;
    for (int i = 0; i < num_args; ++i) op.Input("a" + std::to_string(i) + ": int32");
    for (size_t i = 0; i < rets.size(); ++i) {
      op.Output("r" + std::to_string(i) + ": " + ret_type);
      f.ret.emplace_back("r" + std::to_string(i), rets[i]);
    }
    f.signature = *op.Build();
    f.signature.name = name;
    f.nodes = std::move(nodes);
    const absl::Status status = library_->Add(std::move(f));
    ASSERT_TRUE(status.ok()) << status;
  }
  // While a0 < limit: (a0, a1) -> (a0 + 1, a1 + a0), the sum by way of `via`.
  void AddLoopFunctions(int limit, const std::string& via = "") {
    AddFunction("cond", 2, {Int("limit", limit), Node2("less", "LessInts", "a0", "limit:output:0")},
                {"less:c:0"}, "bool");
    std::vector<NodeSpec> body = {Int("one", 1), Node2("next", "AddInts", "a0", "one:output:0"),
                                  Node2("sum", "AddInts", "a1", "a0")};
    std::string sum = "sum:c:0";
    if (!via.empty()) {
      body.push_back({"via", via, {sum}, "", {}, ""});
      sum = "via:b:0";
    }
    AddFunction("body", 2, std::move(body), {"next:c:0", sum});
  }

  Node* Add(const std::string& op, std::vector<Endpoint> inputs, AttrMap attrs,
            const std::string& device = "") {
    Graph::NodeArgs args;
    args.name = op;
    args.uniquify = true;
    args.op = op;
    args.attrs = std::move(attrs);
    args.inputs.assign(inputs.begin(), inputs.end());
    args.device = device;
    absl::StatusOr<Node*> node = graph_->AddNode(std::move(args));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() ? *node : nullptr;
  }
  Endpoint Arg(int index) { return {Add("_Arg", {}, {{"T", DType::kInt32}, {"index", index}}), 0}; }
  void Ret(Endpoint e, int index) {
    Add("_Retval", {e}, {{"T", e.node->output_type(e.index)}, {"index", index}});
  }
  Node* While(Endpoint a, Endpoint b) {
    return Add("While", {a, b}, {{"T", Types(2)}, {"cond", Fn("cond")}, {"body", Fn("body")}});
  }

  absl::StatusOr<std::vector<int32_t>> Run(std::vector<int32_t> args,
                                           Cancellation* cancellation = nullptr) {
    absl::StatusOr<std::shared_ptr<const Plan>> plan =
        Plan::Create(graph_->Copy(), devices_[0].get(), functions_[0].get());
    if (!plan.ok()) return plan.status();
    LocalRendezvous rendezvous;
    Cancellation own;
    StepContext step;
    step.step_id = 1;
    step.rendezvous = &rendezvous;
    step.cancellation = cancellation != nullptr ? cancellation : &own;
    std::vector<Tensor> tensors;
    for (const int32_t arg : args) tensors.push_back(Tensor::Scalar(arg));
    absl::StatusOr<std::vector<Tensor>> results = (*plan)->Run(&step, std::move(tensors));
    if (!results.ok()) return results.status();
    std::vector<int32_t> values;
    for (const Tensor& t : *results) values.push_back(t.scalar<int32_t>());
    return values;
  }
  static std::vector<int32_t> Values(absl::StatusOr<std::vector<int32_t>> result) {
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : std::vector<int32_t>();
  }

  std::unique_ptr<ThreadPool> pool_;
  Registry registry_;
  std::shared_ptr<FunctionLibrary> library_ = std::make_shared<FunctionLibrary>();
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<FunctionRuntime>> functions_;
  std::unique_ptr<Graph> graph_;
  CompileOptions options_;
};

using Ints = std::vector<int32_t>;

TEST_F(FunctionalTest, IfTakesABranch) {
  AddFunction("sum", 2, {Node2("c", "AddInts", "a0", "a1")}, {"c:c:0"});
  AddFunction("product", 2, {Node2("c", "MulInts", "a0", "a1")}, {"c:c:0"});
  const Endpoint a = Arg(0), b = Arg(1), c = Arg(2);
  Ret({Add("If", {c, a, b},
           {{"Tcond", DType::kInt32},
            {"Tin", Types(2)},
            {"Tout", Types(1)},
            {"then_branch", Fn("sum")},
            {"else_branch", Fn("product")}}),
       0},
      0);
  EXPECT_EQ(Values(Run({3, 4, 1})), (Ints{7}));
  EXPECT_EQ(Values(Run({3, 4, -1})), (Ints{7}));
  EXPECT_EQ(Values(Run({3, 4, 0})), (Ints{12}));
}

TEST_F(FunctionalTest, CaseTakesTheLastBranchForOtherNumbers) {
  std::vector<FunctionRef> branches;
  for (int i = 0; i < 3; ++i) {
    AddFunction("f" + std::to_string(i), 0, {Int("c", 10 + i)}, {"c:output:0"});
    branches.push_back(Fn("f" + std::to_string(i)));
  }
  Ret({Add("Case", {Arg(0)}, {{"Tin", Types(0)}, {"Tout", Types(1)}, {"branches", branches}}), 0},
      0);
  EXPECT_EQ(Values(Run({0})), (Ints{10}));
  EXPECT_EQ(Values(Run({1})), (Ints{11}));
  EXPECT_EQ(Values(Run({-1})), (Ints{12}));
  EXPECT_EQ(Values(Run({7})), (Ints{12}));
}

TEST_F(FunctionalTest, WhileLoops) {
  AddLoopFunctions(5);
  Node* loop = While(Arg(0), Arg(1));
  Ret({loop, 0}, 0);
  Ret({loop, 1}, 1);
  EXPECT_EQ(Values(Run({0, 0})), (Ints{5, 10}));
  EXPECT_EQ(Values(Run({3, 100})), (Ints{5, 107}));
  EXPECT_EQ(Values(Run({9, 1})), (Ints{9, 1}));  // not once
}

// Were a turn to run on the stack of the one before, this would overflow it.
TEST_F(FunctionalTest, ALongLoopNeedsNoStack) {
  AddLoopFunctions(200000);
  Ret({While(Arg(0), Arg(1)), 0}, 0);
  EXPECT_EQ(Values(Run({0, 0})), (Ints{200000}));
}

TEST_F(FunctionalTest, ALoopWhoseBodyWaits) {
  AddLoopFunctions(2000, "Later");
  Node* loop = While(Arg(0), Arg(1));
  Ret({loop, 0}, 0);
  Ret({loop, 1}, 1);
  EXPECT_EQ(Values(Run({0, 0})), (Ints{2000, 1999000}));
}

TEST_F(FunctionalTest, AnErrorEndsTheLoop) {
  AddLoopFunctions(5, "Fail");
  Ret({While(Arg(0), Arg(1)), 0}, 0);
  const absl::Status status = Run({0, 0}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_NE(status.message().find("enough"), std::string::npos) << status;
}

TEST_F(FunctionalTest, CancellationEndsALoop) {
  AddLoopFunctions(INT32_MAX);
  Ret({While(Arg(0), Arg(1)), 0}, 0);
  Cancellation cancellation;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancellation.Cancel(absl::CancelledError("no more"));
  });
  EXPECT_EQ(Run({0, 0}, &cancellation).status().code(), absl::StatusCode::kCancelled);
  canceller.join();
}

// factorial(n) = n < 1 ? 1 : n * factorial(n - 1)
TEST_F(FunctionalTest, RecursionEndsWhereItShould) {
  AddFunction("one", 1, {Int("c", 1)}, {"c:output:0"});
  NodeSpec call{"call",
                "PartitionedCall",
                {"less:c:0"},
                "",
                {{"Tin", Types(1)}, {"Tout", Types(1)}, {"f", Fn("factorial")}},
                ""};
  AddFunction("more", 1,
              {Int("minus", -1), Node2("less", "AddInts", "a0", "minus:output:0"), call,
               Node2("product", "MulInts", "a0", "call:output:0")},
              {"product:c:0"});
  AddFunction("factorial", 1,
              {Int("one", 1),
               Node2("end", "LessInts", "a0", "one:output:0"),
               {"if",
                "StatelessIf",
                {"end:c:0", "a0"},
                "",
                {{"Tcond", DType::kBool},
                 {"Tin", Types(1)},
                 {"Tout", Types(1)},
                 {"then_branch", Fn("one")},
                 {"else_branch", Fn("more")}},
                ""}},
              {"if:output:0"});
  Ret({Add("PartitionedCall", {Arg(0)},
           {{"Tin", Types(1)}, {"Tout", Types(1)}, {"f", Fn("factorial")}}),
       0},
      0);
  EXPECT_EQ(Values(Run({0})), (Ints{1}));
  EXPECT_EQ(Values(Run({10})), (Ints{3628800}));
  // Calls may be nested 1000 deep; a level here takes one or two.
  EXPECT_EQ(Values(Run({400})), (Ints{0}));
  EXPECT_EQ(Run({2000}).status().code(), absl::StatusCode::kResourceExhausted);
}

// ----- two devices

class TwoDevicesTest : public FunctionalTest {
 protected:
  // Compiles for both devices and runs the parts at once.
  absl::StatusOr<int32_t> RunOnBoth(StepSignature signature) {
    const auto no_folding = [](const Node&,
                               absl::Span<const Tensor>) -> absl::StatusOr<std::vector<Tensor>> {
      return absl::UnimplementedError("");
    };
    absl::StatusOr<CompiledStep> compiled = CompileStep(*graph_, signature, options_, no_folding);
    if (!compiled.ok()) return compiled.status();
    num_parts_ = compiled->partitions.size();
    LocalRendezvous rendezvous;
    Cancellation cancellation;
    std::vector<std::unique_ptr<StepContext>> steps;
    std::vector<std::shared_ptr<const Plan>> plans;
    std::vector<absl::StatusOr<std::vector<Tensor>>> results(num_parts_);
    for (Partition& part : compiled->partitions) {
      const int d = part.device == devices_[0]->full_name() ? 0 : 1;
      absl::StatusOr<std::shared_ptr<const Plan>> plan =
          Plan::Create(std::move(part.graph), devices_[d].get(), functions_[d].get());
      if (!plan.ok()) return plan.status();
      plans.push_back(*plan);
      steps.push_back(std::make_unique<StepContext>());
      steps.back()->step_id = 1;
      steps.back()->rendezvous = &rendezvous;
      steps.back()->cancellation = &cancellation;
    }
    std::vector<std::unique_ptr<Notification>> done;
    for (size_t i = 0; i < plans.size(); ++i) done.push_back(std::make_unique<Notification>());
    Mutex mu;
    absl::Status first_error;
    for (size_t i = 0; i < plans.size(); ++i) {
      plans[i]->RunAsync(steps[i].get(), {}, [&, i](absl::StatusOr<std::vector<Tensor>> r) {
        if (!r.ok()) {
          MutexLock lock(mu);
          first_error.Update(r.status());
        }
        if (!r.ok()) rendezvous.Abort(r.status());
        results[i] = std::move(r);
        done[i]->Notify();
      });
    }
    for (auto& d : done) d->WaitForNotification();
    if (!first_error.ok()) return first_error;
    int32_t value = -1;
    for (const auto& r : results) {
      for (const Tensor& t : *r) {
        if (t.initialized()) value = t.scalar<int32_t>();
      }
    }
    return value;
  }
  void CreateVariable(int device, int32_t value) {
    auto variable = std::make_shared<Variable>();
    variable->Assign(Tensor::Scalar(value));
    ASSERT_TRUE(devices_[device]->resources().Create("", "v", variable).ok());
  }
  // (handle, i, x) -> (handle, i + 1, variable += i) while i < limit; x is the variable's last
  // value.
  void AddVariableLoop(int limit) {
    const auto signature = [](bool is_cond) {
      Op op("Function");
      op.Input("v: resource").Input("i: int32").Input("x: int32");
      if (is_cond) return *op.Output("go: bool").Build();
      return *op.Output("v_out: resource").Output("i_out: int32").Output("x_out: int32").Build();
    };
    FunctionSpec cond, body;
    cond.signature = signature(true);
    cond.signature.name = "cond";
    cond.nodes = {Int("limit", limit), Node2("less", "LessInts", "i", "limit:output:0")};
    cond.ret = {{"go", "less:c:0"}};
    body.signature = signature(false);
    body.signature.name = "body";
    body.nodes = {Int("one", 1), Node2("next", "AddInts", "i", "one:output:0"),
                  Node2("sum", "AddToVariable", "v", "i")};
    body.ret = {{"v_out", "v"}, {"i_out", "next:c:0"}, {"x_out", "sum:b:0"}};
    ASSERT_TRUE(library_->Add(std::move(cond)).ok());
    ASSERT_TRUE(library_->Add(std::move(body)).ok());
  }
  Endpoint Constant(int32_t value) {
    return {
        Add("Const", {}, {{"dtype", DType::kInt32}, {"value", Tensor::Scalar(value)}}, "/cpu:0"),
        0};
  }

  size_t num_parts_ = 0;
};

TEST_F(TwoDevicesTest, ALoopOverAVariableElsewhere) {
  CreateVariable(1, 1000);
  AddVariableLoop(100);
  Node* handle = Add("TestHandle", {}, {}, "/cpu:1");
  Node* loop = Add("While", {{handle, 0}, Constant(0), Constant(-5)},
                   {{"T", std::vector<DType>{DType::kResource, DType::kInt32, DType::kInt32}},
                    {"cond", Fn("cond")},
                    {"body", Fn("body")}},
                   "/cpu:0");
  const std::string x = loop->name() + ":2";
  for (int run = 1; run <= 3; ++run) {
    auto value = RunOnBoth({{}, {x}, {}});
    ASSERT_TRUE(value.ok()) << value.status();
    EXPECT_EQ(*value, 1000 + run * 4950);
    EXPECT_EQ(num_parts_, 2u);
  }
}

TEST_F(TwoDevicesTest, AnErrorInOnePartEndsBoth) {
  AddVariableLoop(100);  // the variable was never made
  Node* handle = Add("TestHandle", {}, {}, "/cpu:1");
  Node* loop = Add("While", {{handle, 0}, Constant(0), Constant(-5)},
                   {{"T", std::vector<DType>{DType::kResource, DType::kInt32, DType::kInt32}},
                    {"cond", Fn("cond")},
                    {"body", Fn("body")}},
                   "/cpu:0");
  EXPECT_EQ(RunOnBoth({{}, {loop->name() + ":2"}, {}}).status().code(),
            absl::StatusCode::kNotFound);
}

// The outer loop runs the inner one anew in each turn: the inner one's tensors must not be mixed up
// between them.
TEST_F(TwoDevicesTest, ALoopInALoop) {
  CreateVariable(1, 0);
  AddVariableLoop(3);
  FunctionSpec cond, body;
  cond.signature = *Op("Function")
                        .Input("v: resource")
                        .Input("i: int32")
                        .Input("x: int32")
                        .Output("go: bool")
                        .Build();
  cond.signature.name = "outer_cond";
  cond.nodes = {Int("limit", 4), Node2("less", "LessInts", "i", "limit:output:0")};
  cond.ret = {{"go", "less:c:0"}};
  body.signature = *Op("Function")
                        .Input("v: resource")
                        .Input("i: int32")
                        .Input("x: int32")
                        .Output("v_out: resource")
                        .Output("i_out: int32")
                        .Output("x_out: int32")
                        .Build();
  body.signature.name = "outer_body";
  body.nodes = {Int("one", 1),
                Int("zero", 0),
                Node2("next", "AddInts", "i", "one:output:0"),
                {"inner",
                 "While",
                 {"v", "zero:output:0", "x"},
                 "",
                 {{"T", std::vector<DType>{DType::kResource, DType::kInt32, DType::kInt32}},
                  {"cond", Fn("cond")},
                  {"body", Fn("body")}},
                 ""},
                // So that the outer body computes at home as well.
                Node2("sum", "AddInts", "inner:output:2", "one:output:0", "/cpu:0")};
  body.nodes[3].device = "/cpu:0";
  body.ret = {{"v_out", "v"}, {"i_out", "next:c:0"}, {"x_out", "sum:c:0"}};
  ASSERT_TRUE(library_->Add(std::move(cond)).ok());
  ASSERT_TRUE(library_->Add(std::move(body)).ok());
  Node* handle = Add("TestHandle", {}, {}, "/cpu:1");
  Node* loop = Add("While", {{handle, 0}, Constant(0), Constant(0)},
                   {{"T", std::vector<DType>{DType::kResource, DType::kInt32, DType::kInt32}},
                    {"cond", Fn("outer_cond")},
                    {"body", Fn("outer_body")}},
                   "/cpu:0");
  auto value = RunOnBoth({{}, {loop->name() + ":2"}, {}});
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, 4 * 3 + 1);  // the variable grows by 0 + 1 + 2 in each of four turns
  EXPECT_EQ(num_parts_, 2u);
}

}  // namespace
}  // namespace millrace
