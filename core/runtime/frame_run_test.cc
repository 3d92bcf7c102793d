// Graphs with Switch, Merge, Enter, Exit and NextIteration.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "core/base/cancellation.h"
#include "core/base/notification.h"
#include "core/base/thread_pool.h"
#include "core/runtime/plan.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

class FrameRunTest : public testing::Test {
 protected:
  FrameRunTest() : devices_(DeviceSet::Local()), graph_(&registry_) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    step_.step_id = 1;
    step_.cancellation = &cancellation_;
  }

  Endpoint Call1(absl::string_view name, std::vector<Endpoint> inputs, DType type, CallHook hook) {
    return {graph_.Call(name, std::move(inputs), {type}, std::move(hook)), 0};
  }
  Endpoint Less(Endpoint a, Endpoint b) {
    return Call1("less", {a, b}, DType::kBool, [](KernelContext& c) {
      c.set_output(0, Tensor::Scalar(c.input(0).scalar<float>() < c.input(1).scalar<float>()));
      return absl::OkStatus();
    });
  }
  Endpoint AddNumber(Endpoint x, float n) {
    return Call1("add", {x}, DType::kFloat, [n](KernelContext& c) {
      c.set_output(0, Tensor::Scalar(c.input(0).scalar<float>() + n));
      return absl::OkStatus();
    });
  }

  Node* Switch(Endpoint data, Endpoint pred) {
    return graph_.Add("Switch", "switch", {data, pred});
  }
  Node* Merge(std::vector<Endpoint> inputs) { return graph_.Add("Merge", "merge", inputs); }
  Endpoint Enter(Endpoint x, absl::string_view frame, bool is_constant, int parallel) {
    return {graph_.Add("Enter", "enter", {x},
                       {{"frame_name", frame},
                        {"is_constant", is_constant},
                        {"parallel_iterations", parallel}}),
            0};
  }

  // while (cond(vars)) vars = body(vars); with `constants` in the frame, given to both.
  using Vars = std::vector<Endpoint>;
  Vars While(absl::string_view frame, Vars vars, Vars constants, int parallel,
             const std::function<Endpoint(const Vars&, const Vars&)>& cond,
             const std::function<Vars(const Vars&, const Vars&)>& body) {
    Vars merged, entered;
    for (const Endpoint x : vars) {
      Graph::NodeArgs args;
      args.name = "loop_merge";
      args.op = "Merge";
      args.uniquify = true;
      args.inputs = {Enter(x, frame, false, parallel), {}};
      args.deferred_input_types = {DType::kFloat, DType::kFloat};
      auto merge = graph_.graph().AddNode(std::move(args));
      EXPECT_TRUE(merge.ok()) << merge.status();
      merged.push_back({*merge, 0});
    }
    for (const Endpoint x : constants) entered.push_back(Enter(x, frame, true, parallel));
    const Endpoint pred{graph_.Add("LoopCond", "cond", {cond(merged, entered)}), 0};
    Vars inside, outside;
    for (const Endpoint x : merged) {
      Node* node = Switch(x, pred);
      outside.push_back({graph_.Add("Exit", "exit", {{node, 0}}), 0});
      inside.push_back({node, 1});
    }
    const Vars next = body(inside, entered);
    for (size_t i = 0; i < next.size(); ++i) {
      Node* again = graph_.Add("NextIteration", "next", {next[i]});
      EXPECT_TRUE(graph_.graph().SetInput(merged[i].node, 1, {again, 0}).ok());
    }
    return outside;
  }

  // Counts x up from `from` to `limit`.
  Endpoint CountTo(absl::string_view frame, Endpoint from, Endpoint limit, int parallel) {
    return While(
        frame, {from}, {limit}, parallel,
        [this](const Vars& v, const Vars& c) { return Less(v[0], c[0]); },
        [this](const Vars& v, const Vars&) { return Vars{AddNumber(v[0], 1)}; })[0];
  }

  std::shared_ptr<const Plan> Compile() {
    auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *plan;
  }
  absl::StatusOr<float> Run(const Plan& plan, std::vector<Tensor> args) {
    auto results = plan.Run(&step_, std::move(args));
    if (!results.ok()) return results.status();
    return (*results)[0].scalar<float>();
  }

  Registry registry_;
  std::shared_ptr<DeviceSet> devices_;
  TestGraph graph_;
  Cancellation cancellation_;
  StepContext step_;
};

TEST_F(FrameRunTest, OnlyTheTakenBranchRuns) {
  std::atomic<int> negs{0};
  Node* fork = Switch(graph_.Arg(0), graph_.Arg(1, DType::kBool));
  const Endpoint neg = Call1("neg", {{fork, 1}}, DType::kFloat, [&](KernelContext& c) {
    ++negs;
    c.set_output(0, Tensor::Scalar(-c.input(0).scalar<float>()));
    return absl::OkStatus();
  });
  Node* merge = Merge({AddNumber({fork, 0}, 100), neg});
  graph_.Result(0, {merge, 0});
  graph_.Result(1, {merge, 1});
  auto plan = Compile();
  for (const bool pred : {false, true}) {
    auto results = plan->Run(&step_, {Tensor::Scalar(1.f), Tensor::Scalar(pred)});
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[0].scalar<float>(), pred ? -1.f : 101.f);
    EXPECT_EQ((*results)[1].scalar<int32_t>(), pred ? 1 : 0);
    EXPECT_EQ(negs, pred ? 1 : 0);
  }
}

TEST_F(FrameRunTest, ControlEdgesFromADeadBranchKill) {
  std::atomic<int> calls{0};
  Node* fork = Switch(graph_.Arg(0), graph_.Arg(1, DType::kBool));
  const Endpoint taken = AddNumber({fork, 1}, 1);
  graph_.Call("after", {}, {},
              [&](KernelContext&) {
                ++calls;
                return absl::OkStatus();
              },
              {taken.node});
  auto plan = Compile();
  ASSERT_TRUE(plan->Run(&step_, {Tensor::Scalar(1.f), Tensor::Scalar(false)}).ok());
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(plan->Run(&step_, {Tensor::Scalar(1.f), Tensor::Scalar(true)}).ok());
  EXPECT_EQ(calls, 1);
}

TEST_F(FrameRunTest, ADeadResultIsAnError) {
  Node* fork = Switch(graph_.Arg(0), graph_.Arg(1, DType::kBool));
  graph_.Result(0, {fork, 1});
  auto plan = Compile();
  EXPECT_EQ(Run(*plan, {Tensor::Scalar(1.f), Tensor::Scalar(false)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FrameRunTest, LoopsOfAnyLength) {
  for (const int parallel : {1, 2, 10}) {
    TestGraph fresh(&registry_);
    std::swap(graph_, fresh);
    graph_.Result(0, CountTo("loop", graph_.Arg(0), graph_.Arg(1), parallel));
    auto plan = Compile();
    for (const float limit : {0.f, 1.f, 2.f, 57.f, 300.f}) {
      auto result = Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(limit)});
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_EQ(*result, limit) << parallel;
    }
  }
}

TEST_F(FrameRunTest, NestedLoops) {
  // sum = 0; for (i = 0; i < n; ++i) sum = count from sum to sum + i
  const Endpoint n = graph_.Arg(0), zero = graph_.Arg(1);
  const Vars results = While(
      "outer", {zero, zero}, {n}, 4,
      [this](const Vars& v, const Vars& c) { return Less(v[0], c[0]); },
      [this](const Vars& v, const Vars&) {
        const Endpoint limit = graph_.AddTwo(v[0], v[1]);
        return Vars{AddNumber(v[0], 1), CountTo("inner", v[1], limit, 3)};
      });
  graph_.Result(0, results[1]);
  auto plan = Compile();
  for (const float count : {0.f, 1.f, 2.f, 12.f}) {
    auto result = Run(*plan, {Tensor::Scalar(count), Tensor::Scalar(0.f)});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, count * (count - 1) / 2);
  }
}

TEST_F(FrameRunTest, ALoopInABranchNotTaken) {
  Node* fork = Switch(graph_.Arg(0), graph_.Arg(2, DType::kBool));
  Node* limit = Switch(graph_.Arg(1), graph_.Arg(2, DType::kBool));
  const Endpoint counted = CountTo("loop", {fork, 1}, {limit, 1}, 10);
  graph_.Result(0, {Merge({AddNumber({fork, 0}, -5), counted}), 0});
  auto plan = Compile();
  for (const bool pred : {true, false, true}) {
    auto result = Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(20.f), Tensor::Scalar(pred)});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(*result, pred ? 20.f : -5.f);
  }
}

TEST_F(FrameRunTest, ABranchInALoop) {
  // Adds 1 below 10, then 10.
  const Endpoint result = While(
      "loop", {graph_.Arg(0)}, {graph_.Arg(1), graph_.Arg(2)}, 10,
      [this](const Vars& v, const Vars& c) { return Less(v[0], c[0]); },
      [this](const Vars& v, const Vars& c) {
        Node* fork = Switch(v[0], Less(v[0], c[1]));
        return Vars{{Merge({AddNumber({fork, 0}, 10), AddNumber({fork, 1}, 1)}), 0}};
      })[0];
  graph_.Result(0, result);
  auto plan = Compile();
  auto got = Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(45.f), Tensor::Scalar(10.f)});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(*got, 50.f);
}

TEST_F(FrameRunTest, AsynchronousKernelsInALoop) {
  const auto pool = ThreadPool::Create("other", 2);
  const Endpoint result = While(
      "loop", {graph_.Arg(0)}, {graph_.Arg(1)}, 10,
      [this](const Vars& v, const Vars& c) { return Less(v[0], c[0]); },
      [&](const Vars& v, const Vars&) {
        Node* later = graph_.CallAsync(
            "later", {v[0]}, {DType::kFloat}, [&](KernelContext& c, AsyncKernel::Done done) {
              pool->Schedule([&c, done = std::move(done)]() mutable {
                c.set_output(0, Tensor::Scalar(c.input(0).scalar<float>() + 1));
                done(absl::OkStatus());
              });
            });
        return Vars{{later, 0}};
      })[0];
  graph_.Result(0, result);
  auto plan = Compile();
  auto got = Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(50.f)});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(*got, 50.f);
}

TEST_F(FrameRunTest, AnErrorInALoopEndsIt) {
  const Endpoint result = While(
      "loop", {graph_.Arg(0)}, {graph_.Arg(1)}, 10,
      [this](const Vars& v, const Vars& c) { return Less(v[0], c[0]); },
      [this](const Vars& v, const Vars&) {
        return Vars{Call1("bad", {v[0]}, DType::kFloat, [](KernelContext& c) -> absl::Status {
          const float x = c.input(0).scalar<float>();
          if (x >= 3) return absl::OutOfRangeError("three");
          c.set_output(0, Tensor::Scalar(x + 1));
          return absl::OkStatus();
        })};
      })[0];
  graph_.Result(0, result);
  auto plan = Compile();
  const absl::Status status = Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(50.f)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_NE(status.message().find("bad"), absl::string_view::npos) << status;
}

TEST_F(FrameRunTest, AnEndlessLoopCanBeCancelled) {
  const Endpoint result = CountTo("loop", graph_.Arg(0), graph_.Arg(1), 10);
  graph_.Result(0, result);
  auto plan = Compile();
  std::thread canceller([this] { cancellation_.Cancel(absl::CancelledError("enough")); });
  const absl::Status status =
      Run(*plan, {Tensor::Scalar(0.f), Tensor::Scalar(std::numeric_limits<float>::infinity())})
          .status();
  canceller.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
}

TEST_F(FrameRunTest, InputsOfDifferentFramesAreRefused) {
  const Endpoint inside = Enter(graph_.Arg(0), "loop", false, 10);
  graph_.Result(0, graph_.AddTwo(inside, graph_.Arg(0)));
  auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << plan.status();
}

TEST_F(FrameRunTest, AnExitWithoutAnEnterIsRefused) {
  Node* exit = graph_.Add("Exit", "exit", {graph_.Arg(0)});
  graph_.Result(0, {exit, 0});
  auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << plan.status();
}

TEST_F(FrameRunTest, AnInputThatWasNeverJoinedIsRefused) {
  Graph::NodeArgs args;
  args.name = "open";
  args.op = "TestNeg";
  args.deferred_input_types = {DType::kFloat};
  ASSERT_TRUE(graph_.graph().AddNode(std::move(args)).ok());
  auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument) << plan.status();
}

}  // namespace
}  // namespace millrace
