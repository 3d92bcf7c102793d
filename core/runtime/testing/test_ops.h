// Ops whose kernels do what a test says.
#ifndef MILLRACE_CORE_RUNTIME_TESTING_TEST_OPS_H_
#define MILLRACE_CORE_RUNTIME_TESTING_TEST_OPS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/graph/graph.h"
#include "core/runtime/kernel.h"

namespace millrace {

// TestConst (attrs value, dtype), TestNeg and TestAdd (of floats, reusing their inputs), and for
// hooks: TestCall and TestCallAsync, any inputs and outputs (attrs Tin, Tout, hook),
// TestCallStateful. TestNeg and TestAdd are there for "CPU" only. What `_Arg`, `_Send` and so on
// are is registered by kernels/control_flow.
absl::Status RegisterTestOps(Registry& r);

using CallHook = std::function<absl::Status(KernelContext&)>;
using AsyncCallHook = std::function<void(KernelContext&, AsyncKernel::Done)>;

// Gives a hook a number for the attribute `hook`. Hooks live as long as the process. Thread-safe.
int64_t AddCallHook(CallHook hook);
int64_t AddAsyncCallHook(AsyncCallHook hook);

// Short ways to add nodes; a failure is reported to GoogleTest.
class TestGraph {
 public:
  explicit TestGraph(const Registry* registry) : graph_(std::make_unique<Graph>(registry)) {}

  Graph& graph() { return *graph_; }
  std::unique_ptr<Graph> Release() { return std::move(graph_); }

  Node* Add(absl::string_view op, absl::string_view name, std::vector<Endpoint> inputs,
            AttrMap attrs = {}, std::vector<Node*> controls = {});
  Endpoint Arg(int index, DType type = DType::kFloat);
  void Result(int index, Endpoint value);
  Endpoint Const(Tensor value);
  Endpoint Neg(Endpoint x);
  Endpoint AddTwo(Endpoint x, Endpoint y);
  Node* Call(absl::string_view name, std::vector<Endpoint> inputs, std::vector<DType> outputs,
             CallHook hook, std::vector<Node*> controls = {});
  Node* CallAsync(absl::string_view name, std::vector<Endpoint> inputs, std::vector<DType> outputs,
                  AsyncCallHook hook, std::vector<Node*> controls = {});

 private:
  std::unique_ptr<Graph> graph_;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_TESTING_TEST_OPS_H_
