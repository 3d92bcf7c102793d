#include "core/runtime/session.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/base/notification.h"
#include "core/graph/graph.h"
#include "core/runtime/step.h"
#include "core/runtime/testing/queue_device.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

using Feeds = std::vector<Session::Feed>;
using Names = std::vector<std::string>;

class SessionTest : public testing::Test {
 protected:
  SessionTest() : graph_(&registry_) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    EXPECT_TRUE(RegisterQueueKernels(registry_).ok());
  }

  // The session shares the graph, which may grow on.
  std::unique_ptr<Session> NewSession(SessionOptions options = {},
                                      std::shared_ptr<DeviceSet> devices = nullptr) {
    shared_ = std::shared_ptr<Graph>(&graph_.graph(), [](Graph*) {});
    auto session =
        NewLocalSession(options, shared_, devices != nullptr ? devices : DeviceSet::Local());
    EXPECT_TRUE(session.ok()) << session.status();
    return *std::move(session);
  }
  static absl::StatusOr<std::vector<Tensor>> Run(Session& session, Feeds feeds, Names fetches,
                                                 Names targets = {}, RunOptions options = {}) {
    return session.Run(options, feeds, fetches, targets, nullptr);
  }

  // A node that waits for the step's cancellation.
  Node* WaitForCancellation(Notification* begun) {
    return graph_.CallAsync("wait", {}, {}, [begun](KernelContext& c, AsyncKernel::Done done) {
      Cancellation* cancellation = c.step().cancellation;
      auto shared = std::make_shared<AsyncKernel::Done>(std::move(done));
      const int64_t id =
          cancellation->Register([shared, cancellation] { (*shared)(cancellation->status()); });
      if (id < 0) (*shared)(cancellation->status());
      begun->Notify();
    });
  }

  Registry registry_;
  TestGraph graph_;
  std::shared_ptr<Graph> shared_;
};

TEST_F(SessionTest, FeedsFetchesAndTargets) {
  std::atomic<int> runs{0};
  const Endpoint x = graph_.Const(Tensor::Scalar(3.f));
  const Endpoint y = graph_.Neg(x);
  graph_.Call("count", {}, {}, [&](KernelContext&) {
    ++runs;
    return absl::OkStatus();
  });
  auto session = NewSession();
  auto results = Run(*session, {}, {"neg:0", "const:0"}, {"count"});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].scalar<float>(), -3.f);
  EXPECT_EQ((*results)[1].scalar<float>(), 3.f);
  EXPECT_EQ(runs, 1);
  results = Run(*session, {{"const:0", Tensor::Scalar(8.f)}}, {"neg", "neg:0"});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].scalar<float>(), -8.f);
  EXPECT_EQ((*results)[1].scalar<float>(), -8.f);
  EXPECT_EQ(runs, 1);
  (void)y;
}

TEST_F(SessionTest, WrongRequestsAreRefused) {
  graph_.Neg(graph_.Const(Tensor::Scalar(3.f)));
  auto session = NewSession();
  EXPECT_EQ(Run(*session, {}, {"nothing:0"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run(*session, {}, {}, {"nothing"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run(*session, {{"const:0", Tensor::Scalar(1)}}, {"neg:0"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Run(*session, {}, {"neg:7"}).ok());
  EXPECT_EQ(session->RunCallable(99, {}, {}, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SessionTest, CallablesRunAndAreReleased) {
  graph_.Neg(graph_.Const(Tensor::Scalar(3.f)));
  auto session = NewSession();
  auto handle = session->MakeCallable({{"const:0"}, {"neg:0"}, {}});
  ASSERT_TRUE(handle.ok()) << handle.status();
  const std::vector<Tensor> feeds = {Tensor::Vector<float>({1, 2, 3, 4, 5, 6})};
  for (int i = 0; i < 3; ++i) {
    auto results = session->RunCallable(*handle, {}, feeds, nullptr);
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[0].data<float>()[5], -6.f);
    EXPECT_EQ(feeds[0].data<float>()[5], 6.f);
  }
  EXPECT_FALSE(session->RunCallable(*handle, {}, {}, nullptr).ok());
  ASSERT_TRUE(session->ReleaseCallable(*handle).ok());
  EXPECT_FALSE(session->RunCallable(*handle, {}, feeds, nullptr).ok());
  EXPECT_FALSE(session->ReleaseCallable(*handle).ok());
}

TEST_F(SessionTest, AGraphMayGrow) {
  const Endpoint x = graph_.Const(Tensor::Scalar(3.f));
  auto session = NewSession();
  ASSERT_TRUE(Run(*session, {}, {"const:0"}).ok());
  {
    MutexLock lock(&shared_->mu());
    graph_.Neg(x);
  }
  auto results = Run(*session, {}, {"neg:0"});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].scalar<float>(), -3.f);
}

TEST_F(SessionTest, AFetchedFeedIsTheCallersNoLonger) {
  graph_.Const(Tensor::Vector<float>({0, 0, 0, 0, 0, 0}));
  auto session = NewSession();
  std::vector<float> lent(6, 1.f);
  auto fed = Tensor::Borrow(DType::kFloat, {6}, lent.data(), 24, nullptr);
  auto results = Run(*session, {{"const:0", *fed}}, {"const:0"});
  ASSERT_TRUE(results.ok()) << results.status();
  lent.assign(6, 2.f);
  EXPECT_EQ((*results)[0].data<float>()[0], 1.f);
}

TEST_F(SessionTest, ConcurrentSteps) {
  Endpoint x = graph_.Const(Tensor::Scalar(0.f));
  for (int i = 0; i < 9; ++i) x = graph_.Neg(x);
  auto session = NewSession();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const float value = 1000.f * t + i;
        auto results = Run(*session, {{"const:0", Tensor::Scalar(value)}}, {"neg_8:0"});
        if (!results.ok() || (*results)[0].scalar<float>() != -value) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(SessionTest, AStepEndsAtItsDeadline) {
  Notification begun;
  WaitForCancellation(&begun);
  auto session = NewSession();
  RunOptions options;
  options.timeout = absl::Milliseconds(20);
  EXPECT_EQ(Run(*session, {}, {}, {"wait"}, options).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SessionTest, AStepCanBeCancelled) {
  Notification begun;
  WaitForCancellation(&begun);
  auto session = NewSession();
  Cancellation cancellation;
  std::thread canceller([&] {
    begun.WaitForNotification();
    cancellation.Cancel(absl::CancelledError("by the user"));
  });
  RunOptions options;
  options.cancellation = &cancellation;
  EXPECT_EQ(Run(*session, {}, {}, {"wait"}, options).status(), absl::CancelledError("by the user"));
  canceller.join();
}

TEST_F(SessionTest, CloseEndsStepsAndRefusesFurtherOnes) {
  Notification begun;
  WaitForCancellation(&begun);
  auto session = NewSession();
  std::thread closer([&] {
    begun.WaitForNotification();
    EXPECT_TRUE(session->Close().ok());
  });
  EXPECT_EQ(Run(*session, {}, {}, {"wait"}).status().code(), absl::StatusCode::kCancelled);
  closer.join();
  EXPECT_EQ(Run(*session, {}, {}, {"wait"}).status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(session->Close().ok());
}

TEST_F(SessionTest, ATraceNamesTheNodes) {
  graph_.Call("slow", {}, {}, [](KernelContext&) { return absl::OkStatus(); });
  auto session = NewSession();
  RunOptions options;
  options.trace = true;
  RunMetadata metadata;
  ASSERT_TRUE(session->Run(options, {}, {}, Names{"slow"}, &metadata).ok());
  EXPECT_NE(metadata.step_id, 0);
  ASSERT_EQ(metadata.step_stats.size(), 1);
  EXPECT_EQ(metadata.step_stats[0].node, "slow");
  EXPECT_EQ(metadata.step_stats[0].op, "TestCall");
  EXPECT_LE(metadata.step_stats[0].start_ns, metadata.step_stats[0].end_ns);
}

TEST_F(SessionTest, StatefulKernelsLiveAcrossSignatures) {
  // The hook keeps its count in the kernel's place: one kernel, one count, whatever is fetched.
  std::atomic<int> count{0};
  const int64_t hook = AddCallHook([&](KernelContext& c) {
    c.set_output(0, Tensor::Scalar(++count));
    return absl::OkStatus();
  });
  Node* node = graph_.Add(
      "TestCallStateful", "counter", {},
      {{"Tin", std::vector<DType>()}, {"Tout", std::vector<DType>{DType::kInt32}}, {"hook", hook}});
  graph_.Call("other", {{node, 0}}, {}, [](KernelContext&) { return absl::OkStatus(); });
  auto session = NewSession();
  EXPECT_EQ((*Run(*session, {}, {"counter:0"}))[0].scalar<int>(), 1);
  EXPECT_EQ((*Run(*session, {}, {"counter:0"}, {"other"}))[0].scalar<int>(), 2);
}

// ----- two devices

class TwoDevicesTest : public SessionTest {
 protected:
  TwoDevicesTest() : devices_(DevicesWithQueue()) {}

  Endpoint On(const char* device, Endpoint e) {
    graph_.graph().SetRequestedDevice(e.node, device);
    return e;
  }
  Endpoint OnQueue(Endpoint e) { return On("/device:QUEUE:0", e); }
  Endpoint OnCpu(Endpoint e) { return On("/device:CPU:0", e); }

  std::shared_ptr<DeviceSet> devices_;
};

TEST_F(TwoDevicesTest, TensorsCrossThereAndBack) {
  const Endpoint x = OnCpu(graph_.Const(Tensor::Vector<float>({1, 2, 3})));
  const Endpoint there = OnQueue(graph_.Neg(x));
  const Endpoint back = OnCpu(graph_.AddTwo(there, x));
  OnQueue(graph_.AddTwo(there, back));
  SessionOptions options;
  options.fold_constants = false;
  auto session = NewSession(options, devices_);
  for (int i = 0; i < 20; ++i) {
    auto results =
        Run(*session, {{"const:0", Tensor::Vector<float>({1, 2, static_cast<float>(i)})}},
            {"neg:0", "add:0", "add_1:0"});
    ASSERT_TRUE(results.ok()) << results.status();
    EXPECT_EQ((*results)[0].data<float>()[2], -i);
    EXPECT_EQ((*results)[1].data<float>()[2], 0);
    EXPECT_EQ((*results)[2].data<float>()[2], -i);
  }
}

TEST_F(TwoDevicesTest, ManyCrossings) {
  Endpoint x = OnCpu(graph_.Const(Tensor::Scalar(1.f)));
  for (int i = 0; i < 200; ++i) x = i % 2 == 0 ? OnQueue(graph_.Neg(x)) : OnCpu(graph_.Neg(x));
  auto session = NewSession({}, devices_);
  auto results = Run(*session, {{"const:0", Tensor::Scalar(5.f)}}, {"neg_199:0"});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ((*results)[0].scalar<float>(), 5.f);
}

TEST_F(TwoDevicesTest, AnErrorOnOneDeviceEndsTheOther) {
  const Endpoint x = OnCpu(graph_.Const(Tensor::Scalar(1.f)));
  Node* bad = graph_.Call("bad", {x}, {DType::kFloat},
                          [](KernelContext&) { return absl::DataLossError("lost"); });
  OnCpu({bad, 0});
  OnQueue(graph_.Neg({bad, 0}));
  auto session = NewSession({}, devices_);
  const absl::Status status = Run(*session, {}, {"neg:0"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(status.message().find("bad"), absl::string_view::npos) << status;
}

TEST_F(TwoDevicesTest, AnErrorInTheQueueIsTheStepsError) {
  const Endpoint x = OnCpu(graph_.Const(Tensor::Scalar(1.f)));
  Node* bad = graph_.Add("TestQueueFail", "bad", {x});
  OnQueue({bad, 0});
  OnCpu(graph_.Neg({bad, 0}));
  auto session = NewSession({}, devices_);
  EXPECT_EQ(Run(*session, {}, {"neg:0"}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(session->ListDevices().size(), 2);
}

}  // namespace
}  // namespace millrace
