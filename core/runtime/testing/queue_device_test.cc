// What the executor promises for devices with memory and queues of their own.
#include "core/runtime/testing/queue_device.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/base/cancellation.h"
#include "core/base/notification.h"
#include "core/runtime/plan.h"
#include "core/runtime/testing/test_ops.h"
#include "kernels/control_flow/register_control_flow.h"

namespace millrace {
namespace {

int NumThreads() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "Threads:") continue;
    int n = 0;
    status >> n;
    return n;
  }
  return -1;
}

class QueueDeviceTest : public testing::Test {
 protected:
  QueueDeviceTest()
      : devices_(DevicesWithQueue()),
        queue_(static_cast<QueueDevice*>(devices_->devices()[1])),
        graph_(&registry_) {
    EXPECT_TRUE(RegisterControlFlowKernels(registry_).ok());
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    EXPECT_TRUE(RegisterQueueKernels(registry_).ok());
    step_.step_id = 1;
    step_.cancellation = &cancellation_;
  }

  std::shared_ptr<const Plan> Compile() {
    auto plan = Plan::Create(graph_.Release(), queue_, nullptr);
    EXPECT_TRUE(plan.ok()) << plan.status();
    return *plan;
  }

  // Result 0, on the host.
  absl::StatusOr<Tensor> Run(std::vector<Tensor> args) {
    auto results = Compile()->Run(&step_, std::move(args));
    if (!results.ok()) return results.status();
    return ToHost((*results)[0]);
  }

  absl::StatusOr<Tensor> ToHost(const Tensor& tensor) {
    absl::StatusOr<Tensor> host;
    Notification copied;
    queue_->CopyToHost(tensor, [&](absl::StatusOr<Tensor> copy) {
      host = std::move(copy);
      copied.Notify();
    });
    copied.WaitForNotification();
    return host;
  }

  Registry registry_;
  std::shared_ptr<DeviceSet> devices_;
  QueueDevice* queue_;
  TestGraph graph_;
  Cancellation cancellation_;
  StepContext step_;
};

TEST_F(QueueDeviceTest, CopiesThereAndBack) {
  absl::StatusOr<Tensor> there;
  Notification copied;
  queue_->CopyFromHost(Tensor::Scalar(7.f), [&](absl::StatusOr<Tensor> copy) {
    there = std::move(copy);
    copied.Notify();
  });
  copied.WaitForNotification();
  ASSERT_TRUE(there.ok());
  EXPECT_FALSE(there->buffer()->allocator()->host_accessible());
  auto back = ToHost(*there);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->scalar<float>(), 7.f);
}

TEST_F(QueueDeviceTest, TheHostCannotTouchItsMemory) {
  auto tensor = Tensor::Create(queue_->allocator(), DType::kFloat, {1});
  ASSERT_TRUE(tensor.ok());
  EXPECT_DEATH(std::printf("%f", static_cast<double>(tensor->scalar<float>())), "");
}

TEST_F(QueueDeviceTest, ArgumentsAreCopiedOverAndKernelsChain) {
  Endpoint x = graph_.Arg(0);
  x = graph_.AddTwo(graph_.Neg(x), graph_.Const(Tensor::Vector<float>({10, 10, 10})));
  graph_.Result(0, x);
  auto result = Run({Tensor::Vector<float>({1, 2, 3})});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->BitwiseEquals(Tensor::Vector<float>({9, 8, 7})));
}

TEST_F(QueueDeviceTest, AnInputInHostMemoryIsCopiedBack) {
  const Endpoint factor = graph_.Neg(graph_.Arg(1));
  Node* scaled = graph_.Add("TestScale", "scale", {graph_.Arg(0), factor});
  graph_.Result(0, {scaled, 0});
  auto result = Run({Tensor::Vector<float>({1, 2, 3}), Tensor::Scalar(2.f)});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->BitwiseEquals(Tensor::Vector<float>({-2, -4, -6})));
}

TEST_F(QueueDeviceTest, AThousandPendingLaunchesTakeNoThreads) {
  Endpoint x = graph_.Arg(0);
  for (int i = 0; i < 1000; ++i) x = graph_.Neg(x);
  graph_.Result(0, x);
  auto plan = Compile();
  ASSERT_TRUE(plan->Run(&step_, {Tensor::Scalar(1.f)}).ok());  // threads are started
  const int threads = NumThreads();
  Notification finished;
  absl::StatusOr<std::vector<Tensor>> results;
  // The copy of the argument is let through, the kernels are not.
  std::vector<std::vector<Tensor>> on_device;
  absl::StatusOr<Tensor> argument;
  Notification copied;
  queue_->CopyFromHost(Tensor::Scalar(1.f), [&](absl::StatusOr<Tensor> copy) {
    argument = std::move(copy);
    copied.Notify();
  });
  copied.WaitForNotification();
  queue_->Pause();
  plan->RunAsync(&step_, {*argument}, [&](absl::StatusOr<std::vector<Tensor>> r) {
    results = std::move(r);
    finished.Notify();
  });
  EXPECT_GE(queue_->num_pending(), 1000);
  EXPECT_EQ(NumThreads(), threads);
  EXPECT_FALSE(finished.HasBeenNotified());
  queue_->Resume();
  finished.WaitForNotification();
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(ToHost((*results)[0])->scalar<float>(), 1.f);
}

TEST_F(QueueDeviceTest, AThousandPendingRunsTakeNoThreads) {
  graph_.Result(0, graph_.Neg(graph_.Arg(0)));
  auto plan = Compile();
  ASSERT_TRUE(plan->Run(&step_, {Tensor::Scalar(1.f)}).ok());
  const int threads = NumThreads();
  queue_->Pause();
  std::atomic<int> left{1000};
  std::atomic<int> wrong{0};
  Notification all;
  for (int i = 0; i < 1000; ++i) {
    plan->RunAsync(&step_, {Tensor::Scalar(1.f)}, [&](auto r) {
      if (!r.ok()) ++wrong;
      if (--left == 0) all.Notify();
    });
  }
  EXPECT_EQ(NumThreads(), threads);
  EXPECT_EQ(left, 1000);
  queue_->Resume();
  all.WaitForNotification();
  EXPECT_EQ(wrong, 0);
}

TEST_F(QueueDeviceTest, AnErrorInTheQueueEndsTheStep) {
  Node* bad = graph_.Add("TestQueueFail", "bad", {graph_.Arg(0)});
  graph_.Result(0, graph_.Neg({bad, 0}));
  auto plan = Compile();
  const absl::Status status = plan->Run(&step_, {Tensor::Scalar(1.f)}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(status.message().find("QUEUE:0"), absl::string_view::npos) << status;
  EXPECT_TRUE(cancellation_.IsCancelled());
}

TEST_F(QueueDeviceTest, ACancelledStepLaunchesNothingMore) {
  Endpoint x = graph_.Arg(0);
  for (int i = 0; i < 100; ++i) x = graph_.Neg(x);
  graph_.Result(0, x);
  auto plan = Compile();
  queue_->Pause();
  Notification finished;
  absl::Status status;
  plan->RunAsync(&step_, {Tensor::Scalar(1.f)}, [&](auto r) {
    status = r.status();
    finished.Notify();
  });
  cancellation_.Cancel(absl::CancelledError("enough"));
  queue_->Resume();
  finished.WaitForNotification();
  EXPECT_EQ(status, absl::CancelledError("enough"));
}

}  // namespace
}  // namespace millrace
