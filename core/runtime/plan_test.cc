#include "core/runtime/plan.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "core/base/cancellation.h"
#include "core/base/notification.h"
#include "core/base/thread_pool.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

class PlanTest : public testing::Test {
 protected:
  PlanTest() : devices_(DeviceSet::Local()), graph_(&registry_) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    step_.step_id = 1;
    step_.cancellation = &cancellation_;
  }

  std::shared_ptr<const Plan> Compile() {
    auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *plan;
  }
  // Compiles and runs once.
  absl::StatusOr<std::vector<Tensor>> Run(std::vector<Tensor> args = {}) {
    return Compile()->Run(&step_, std::move(args));
  }

  Registry registry_;
  std::shared_ptr<DeviceSet> devices_;
  TestGraph graph_;
  Cancellation cancellation_;
  StepContext step_;
};

TEST_F(PlanTest, ComputesAGraphWithSharedValues) {
  const Endpoint x = graph_.Arg(0), y = graph_.Arg(1);
  const Endpoint sum = graph_.AddTwo(x, y);
  graph_.Result(0, graph_.AddTwo(sum, graph_.Neg(x)));
  graph_.Result(1, sum);
  auto plan = Compile();
  EXPECT_EQ(plan->num_args(), 2);
  EXPECT_EQ(plan->num_results(), 2);
  for (int i = 0; i < 5; ++i) {
    auto results = plan->Run(&step_, {Tensor::Scalar(2.f), Tensor::Scalar(5.f)});
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[0].scalar<float>(), 5.f);
    EXPECT_EQ((*results)[1].scalar<float>(), 7.f);
  }
}

TEST_F(PlanTest, GapsInArgumentsAndResultsAreAllowed) {
  graph_.Result(2, graph_.Neg(graph_.Arg(1)));
  auto results = Run({Tensor(), Tensor::Scalar(3.f)});
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 3);
  EXPECT_FALSE((*results)[0].initialized());
  EXPECT_EQ((*results)[2].scalar<float>(), -3.f);
}

TEST_F(PlanTest, AnArgumentMayGoStraightToSeveralResults) {
  const Endpoint x = graph_.Arg(0);
  graph_.Result(0, x);
  graph_.Result(1, x);
  graph_.Result(2, graph_.Arg(0));
  auto results = Run({Tensor::Scalar(3.f)});
  ASSERT_TRUE(results.ok()) << results.status();
  for (const Tensor& result : *results) EXPECT_EQ(result.scalar<float>(), 3.f);
}

TEST_F(PlanTest, WrongArgumentsAreRefused) {
  graph_.Result(0, graph_.Neg(graph_.Arg(0)));
  auto plan = Compile();
  EXPECT_EQ(plan->Run(&step_, {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(plan->Run(&step_, {Tensor::Scalar(1)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PlanTest, AnUnusedOutputIsDropped) {
  graph_.Neg(graph_.Arg(0));
  Tensor x = Tensor::Vector<float>({1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(Run({x}).ok());
  EXPECT_TRUE(x.can_write());
}

TEST_F(PlanTest, AnInputThatNobodyElseNeedsIsReused) {
  const Endpoint x = graph_.Arg(0);
  graph_.Result(0, graph_.Neg(graph_.Neg(x)));
  Tensor x0 = Tensor::Vector<float>({1, 2, 3, 4, 5, 6});
  const void* memory = x0.raw_data();
  std::vector<Tensor> args;  // an initializer list would keep a reference
  args.push_back(std::move(x0));
  auto results = Run(std::move(args));
  ASSERT_TRUE(results.ok());
  EXPECT_EQ((*results)[0].raw_data(), memory);
}

TEST_F(PlanTest, AnInputThatIsNeededIsNotOverwritten) {
  const Endpoint x = graph_.Arg(0);
  const Endpoint y = graph_.Neg(x);
  graph_.Result(0, graph_.Neg(y));
  graph_.Result(1, y);
  const Tensor kept = Tensor::Vector<float>({1, 2, 3, 4, 5, 6});
  auto results = Run({kept});
  ASSERT_TRUE(results.ok());
  EXPECT_EQ(kept.data<float>()[5], 6.f);
  EXPECT_EQ((*results)[0].data<float>()[5], 6.f);
  EXPECT_EQ((*results)[1].data<float>()[5], -6.f);
}

TEST_F(PlanTest, BorrowedMemoryIsNotOverwritten) {
  graph_.Result(0, graph_.Neg(graph_.Arg(0)));
  const std::vector<float> lent(100, 1.f);
  auto x = Tensor::Borrow(DType::kFloat, {100}, lent.data(), 400, nullptr);
  ASSERT_TRUE(x.ok());
  auto results = Run({*std::move(x)});
  ASSERT_TRUE(results.ok());
  EXPECT_EQ((*results)[0].data<float>()[99], -1.f);
  EXPECT_EQ(lent[99], 1.f);
}

TEST_F(PlanTest, ControlEdgesOrder) {
  std::vector<int> order;
  const auto note = [&order](int i) {
    return [&order, i](KernelContext&) {
      order.push_back(i);
      return absl::OkStatus();
    };
  };
  Node* a = graph_.Call("a", {}, {}, note(1));
  Node* between = graph_.Add("NoOp", "between", {}, {}, {a});
  Node* b = graph_.Call("b", {}, {}, note(2), {between});
  graph_.CallAsync("c", {}, {},
                   [&order](KernelContext&, AsyncKernel::Done done) {
                     order.push_back(3);
                     done(absl::OkStatus());
                   },
                   {b});
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(PlanTest, AnErrorNamesNodeOpDeviceAndLine) {
  const Endpoint x = graph_.Arg(0);
  Node* bad = graph_.Call("bad", {x}, {DType::kFloat},
                          [](KernelContext&) { return absl::OutOfRangeError("too far"); });
  graph_.Result(0, graph_.Neg({bad, 0}));
  auto results = Run({Tensor::Scalar(1.f)});
  EXPECT_EQ(results.status().code(), absl::StatusCode::kOutOfRange);
  for (const char* part : {"too far", "bad", "TestCall", "device:CPU:0", "model.py:7"}) {
    EXPECT_NE(results.status().message().find(part), absl::string_view::npos)
        << part << " is not in: " << results.status();
  }
  EXPECT_TRUE(cancellation_.IsCancelled());
}

TEST_F(PlanTest, AKernelThatSetsNothingIsAnError) {
  graph_.Call("lazy", {}, {DType::kFloat}, [](KernelContext&) { return absl::OkStatus(); });
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kInternal);
}

TEST_F(PlanTest, AKernelThatSetsAnotherTypeIsAnError) {
  graph_.CallAsync("wrong", {}, {DType::kFloat}, [](KernelContext& c, AsyncKernel::Done done) {
    c.set_output(0, Tensor::Scalar(1));
    done(absl::OkStatus());
  });
  EXPECT_EQ(Run().status().code(), absl::StatusCode::kInternal);
}

TEST_F(PlanTest, AMissingKernelIsFoundWhenThePlanIsMade) {
  ASSERT_TRUE(registry_.Add(Op("Unmade").Doc("No kernel.")).ok());
  graph_.Add("Unmade", "where", {});
  auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
  EXPECT_FALSE(plan.ok());
  EXPECT_NE(plan.status().message().find("where"), absl::string_view::npos) << plan.status();
}

TEST_F(PlanTest, AKernelThatRefusesItsAttributesNamesTheNode) {
  graph_.Add("TestCall", "where", {},
             {{"Tin", std::vector<DType>()}, {"Tout", std::vector<DType>()}, {"hook", -5}});
  auto plan = Plan::Create(graph_.Release(), devices_->host(), nullptr);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(plan.status().message().find("where"), absl::string_view::npos) << plan.status();
}

TEST_F(PlanTest, AsynchronousKernelsFinishFromOtherThreads) {
  constexpr int kWaiting = 100;
  Mutex mu;
  std::vector<std::pair<KernelContext*, AsyncKernel::Done>> waiting;
  Endpoint sum = graph_.Arg(0);
  for (int i = 0; i < kWaiting; ++i) {
    Node* wait = graph_.CallAsync("wait", {graph_.Arg(0)}, {DType::kFloat},
                                  [&](KernelContext& c, AsyncKernel::Done done) {
                                    MutexLock lock(&mu);
                                    waiting.emplace_back(&c, std::move(done));
                                  });
    sum = graph_.AddTwo(sum, {wait, 0});
  }
  graph_.Result(0, sum);
  auto plan = Compile();
  Notification finished;
  absl::StatusOr<std::vector<Tensor>> results;
  plan->RunAsync(&step_, {Tensor::Scalar(2.f)}, [&](auto r) {
    results = std::move(r);
    finished.Notify();
  });
  EXPECT_FALSE(finished.HasBeenNotified());
  ASSERT_EQ(waiting.size(), kWaiting);
  std::thread other([&] {
    for (auto& [context, done] : waiting) {
      context->set_output(0, context->input(0));
      done(absl::OkStatus());
    }
  });
  finished.WaitForNotification();
  other.join();
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].scalar<float>(), 2.f * (kWaiting + 1));
}

TEST_F(PlanTest, DoneWaitsForActiveKernelsAfterAnError) {
  Notification fail_now;
  AsyncKernel::Done slow_done;
  graph_.CallAsync("slow", {}, {},
                   [&](KernelContext&, AsyncKernel::Done done) { slow_done = std::move(done); });
  graph_.CallAsync("bad", {}, {}, [&](KernelContext&, AsyncKernel::Done done) {
    done(absl::DataLossError("lost"));
  });
  auto plan = Compile();
  Notification finished;
  absl::Status status;
  plan->RunAsync(&step_, {}, [&](auto r) {
    status = r.status();
    finished.Notify();
  });
  EXPECT_TRUE(cancellation_.IsCancelled());
  EXPECT_FALSE(finished.HasBeenNotified());
  slow_done(absl::InternalError("a later error"));
  finished.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST_F(PlanTest, CancellationStopsBetweenKernels) {
  std::atomic<int> calls{0};
  Node* first = graph_.Call("first", {}, {}, [&](KernelContext& c) {
    ++calls;
    c.step().cancellation->Cancel(absl::CancelledError("enough"));
    return absl::OkStatus();
  });
  graph_.Call("second", {}, {},
              [&](KernelContext&) {
                ++calls;
                return absl::OkStatus();
              },
              {first});
  const absl::Status status = Run().status();
  EXPECT_EQ(status, absl::CancelledError("enough"));
  EXPECT_EQ(calls, 1);
}

TEST_F(PlanTest, RunsOfOnePlanAreIndependent) {
  Endpoint x = graph_.Arg(0);
  for (int i = 0; i < 50; ++i) x = graph_.Neg(x);
  Node* async =
      graph_.CallAsync("async", {x}, {DType::kFloat}, [](KernelContext& c, AsyncKernel::Done done) {
        c.set_output(0, c.input(0));
        done(absl::OkStatus());
      });
  graph_.Result(0, {async, 0});
  auto plan = Compile();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const float value = t * 1000 + i;
        auto results = plan->Run(&step_, {Tensor::Scalar(value)});
        if (!results.ok() || (*results)[0].scalar<float>() != value) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Random graphs of sums, with and without kernels that finish elsewhere, against sums computed
// here.
TEST_F(PlanTest, RandomGraphsComputeWhatTheyShould) {
  std::mt19937 random(20261127);
  const auto pool = ThreadPool::Create("other", 2);
  for (int round = 0; round < 30; ++round) {
    TestGraph graph(&registry_);
    std::vector<Endpoint> values = {graph.Arg(0), graph.Arg(1)};
    std::vector<float> expected = {1.f, 2.f};
    const bool with_async = round % 2 == 1;
    for (int i = 0; i < 60; ++i) {
      const size_t a = random() % values.size(), b = random() % values.size();
      if (with_async && i % 7 == 0) {
        Node* node = graph.CallAsync("later", {values[a]}, {DType::kFloat},
                                     [&](KernelContext& c, AsyncKernel::Done done) {
                                       pool->Schedule([&c, done = std::move(done)]() mutable {
                                         c.set_output(0, c.input(0));
                                         done(absl::OkStatus());
                                       });
                                     });
        values.push_back({node, 0});
        expected.push_back(expected[a]);
      } else if (i % 5 == 0) {
        values.push_back(graph.Neg(values[a]));
        expected.push_back(-expected[a]);
      } else {
        values.push_back(graph.AddTwo(values[a], values[b]));
        expected.push_back(expected[a] + expected[b]);
      }
    }
    for (size_t i = 0; i < values.size(); ++i) graph.Result(static_cast<int>(i), values[i]);
    auto plan = Plan::Create(graph.Release(), devices_->host(), nullptr);
    ASSERT_TRUE(plan.ok()) << plan.status();
    for (int run = 0; run < 4; ++run) {
      const std::vector<float> one(10, 1.f), two(10, 2.f);
      auto results = (*plan)->Run(&step_, {Tensor::Vector<float>(one), Tensor::Vector<float>(two)});
      ASSERT_TRUE(results.ok()) << results.status();
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ((*results)[i].data<float>()[9], expected[i]) << "round " << round;
      }
    }
  }
}

TEST_F(PlanTest, KernelsOfStatefulNodesAreSharedThroughTheCache) {
  KernelCache cache;
  int made = 0;
  const auto make = [&]() -> absl::StatusOr<std::shared_ptr<Kernel>> {
    ++made;
    return absl::StatusOr<std::shared_ptr<Kernel>>(std::shared_ptr<Kernel>());
  };
  ASSERT_TRUE(cache.GetOrMake("a", make).ok());
  ASSERT_TRUE(cache.GetOrMake("a", make).ok());
  ASSERT_TRUE(cache.GetOrMake("b", make).ok());
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace millrace
