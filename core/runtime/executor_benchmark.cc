// The cost of the executor itself: chains and fans of nodes that do next to nothing. "per_op" is
// the processor time an op.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "core/base/cancellation.h"
#include "core/runtime/plan.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

struct Runtime {
  Runtime() : devices(DeviceSet::Local()) {
    (void)RegisterControlFlowKernels(registry);
    (void)RegisterTestOps(registry);
    step.step_id = 1;
    step.cancellation = &cancellation;
  }

  Registry registry;
  std::shared_ptr<DeviceSet> devices;
  Cancellation cancellation;
  StepContext step;
};

using Build = void (*)(TestGraph& graph, int n, bool with_async);

// Makes plans of asynchronous runs: a kernel that waits, although only for itself.
Node* Async(TestGraph& graph) {
  return graph.CallAsync("async", {}, {},
                         [](KernelContext&, AsyncKernel::Done done) { done(absl::OkStatus()); });
}

void NegChain(TestGraph& graph, int n, bool with_async) {
  if (with_async) Async(graph);
  Endpoint x = graph.Arg(0);
  for (int i = 0; i < n; ++i) x = graph.Neg(x);
}

void NegFan(TestGraph& graph, int n, bool with_async) {
  if (with_async) Async(graph);
  const Endpoint x = graph.Arg(0);
  std::vector<Node*> all;
  for (int i = 0; i < n; ++i) all.push_back(graph.Neg(x).node);
  graph.Add("NoOp", "sink", {}, {}, all);
}

void NoOpChain(TestGraph& graph, int n, bool with_async) {
  graph.Arg(0);
  Node* last = with_async ? Async(graph) : graph.Add("NoOp", "op", {});
  for (int i = 0; i < n; ++i) last = graph.Add("NoOp", "op", {}, {}, {last});
}

void NoOpFan(TestGraph& graph, int n, bool with_async) {
  graph.Arg(0);
  Node* root = with_async ? Async(graph) : graph.Add("NoOp", "op", {});
  std::vector<Node*> all;
  for (int i = 0; i < n; ++i) all.push_back(graph.Add("NoOp", "op", {}, {}, {root}));
  graph.Add("NoOp", "sink", {}, {}, all);
}

void Report(benchmark::State& state, int64_t ops) {
  state.counters["per_op"] =
      benchmark::Counter(static_cast<double>(ops), benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}

void BM_Run(benchmark::State& state, Build build, bool with_async) {
  Runtime runtime;
  TestGraph graph(&runtime.registry);
  const int n = static_cast<int>(state.range(0));
  build(graph, n, with_async);
  auto plan = Plan::Create(graph.Release(), runtime.devices->host(), nullptr);
  if (!plan.ok()) {
    state.SkipWithError(plan.status().ToString().c_str());
    return;
  }
  for (auto _ : state) {
    auto results = (*plan)->Run(&runtime.step, {Tensor::Scalar(1.f)});
    if (!results.ok()) state.SkipWithError(results.status().ToString().c_str());
  }
  Report(state, n);
}

BENCHMARK_CAPTURE(BM_Run, neg_chain, NegChain, false)->Arg(1)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, neg_fan, NegFan, false)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, noop_chain, NoOpChain, false)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, noop_fan, NoOpFan, false)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, neg_chain_async, NegChain, true)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, neg_fan_async, NegFan, true)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, noop_chain_async, NoOpChain, true)->Arg(10000);
BENCHMARK_CAPTURE(BM_Run, noop_fan_async, NoOpFan, true)->Arg(10000);

void BM_CreatePlan(benchmark::State& state) {
  Runtime runtime;
  TestGraph graph(&runtime.registry);
  const int n = static_cast<int>(state.range(0));
  NegChain(graph, n, false);
  const std::unique_ptr<Graph> original = graph.Release();
  for (auto _ : state) {
    state.PauseTiming();
    std::unique_ptr<Graph> copy = original->Copy();
    state.ResumeTiming();
    auto plan = Plan::Create(std::move(copy), runtime.devices->host(), nullptr);
    benchmark::DoNotOptimize(plan);
  }
  Report(state, n);
}
BENCHMARK(BM_CreatePlan)->Arg(10000);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
