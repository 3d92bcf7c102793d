// What WorkerInterface promises, of a worker in this process and of the same worker over gRPC.
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/fake_clock.h"
#include "core/base/notification.h"
#include "core/base/thread_pool.h"
#include "distributed/channel.h"
#include "distributed/grpc_worker.h"
#include "distributed/local_worker.h"
#include "distributed/rpc_service.h"
#include "distributed/testing/test_ops.h"
#include "distributed/worker_service.h"

namespace millrace {
namespace {

constexpr uint64_t kIncarnation = 1234, kSession = 77;
constexpr char kTask[] = "/job:ps/replica:0/task:0";
constexpr char kDevice[] = "/job:ps/replica:0/task:0/device:CPU:0";
constexpr char kPeer[] = "/job:worker/replica:0/task:1";
constexpr char kPeerDevice[] = "/job:worker/replica:0/task:1/device:CPU:0";

// Keeps what would go to other tasks.
class RecordingSender final : public TensorSender {
 public:
  absl::Status SendTensor(const TaskId& task, uint64_t step_id, const RendezvousKey& key,
                          Received value) override {
    MutexLock lock(&mu);
    tasks.push_back(task);
    values.push_back(std::move(value));
    return absl::OkStatus();
  }
  Mutex mu;
  std::vector<TaskId> tasks;
  std::vector<Received> values;
};

enum class Over { kCall, kGrpc };

class WorkerTest : public ::testing::TestWithParam<Over> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(RegisterTestOps(registry_).ok());
    LocalWorkerOptions options;
    options.task = {kTask, kIncarnation};
    options.cluster = *ClusterSpec::Create({{"ps", {{0, "127.0.0.1:1"}}}});
    std::vector<std::unique_ptr<Device>> devices;
    devices.push_back(NewCpuDevice(*DeviceName::Parse(kDevice), kIncarnation, ComputePool()));
    options.devices = std::make_shared<DeviceSet>(std::move(devices));
    options.registry = &registry_;
    options.sender = &sender_;
    options.clock = &clock_;
    options.on_shutdown = [this](const std::string& reason) { shutdown_reason_ = reason; };
    local_ = std::make_unique<LocalWorker>(std::move(options));
    if (GetParam() == Over::kCall) return;
    AddWorkerMethods(local_.get(), &registry_, &service_);
    grpc::ServerBuilder builder;
    SetServerOptions(&builder);
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", Credentials::Insecure().server, &port);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    remote_ = std::make_unique<GrpcWorker>(kTask, absl::StrCat("127.0.0.1:", port),
                                           Credentials::Insecure());
  }
  void TearDown() override {
    local_->Stop(absl::CancelledError("the test is over"));
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  }

  WorkerInterface& worker() { return remote_ ? static_cast<WorkerInterface&>(*remote_) : *local_; }

  absl::Status Open(uint64_t session = kSession, uint64_t incarnation = kIncarnation) {
    OpenSessionRequest request;
    request.session = session;
    request.worker_incarnation = incarnation;
    request.client = client_;
    return AwaitStatus([&](auto done) { worker().OpenSession(request, std::move(done)); });
  }

  template <typename Call>
  absl::Status AwaitStatus(Call call) {
    Notification ready;
    absl::Status status;
    call(WorkerInterface::StatusDone([&](absl::Status s) {
      status = s;
      ready.Notify();
    }));
    ready.WaitForNotification();
    return status;
  }

  // The result of a call that is under way.
  template <typename T>
  struct Future {
    Notification ready;
    absl::StatusOr<T> value;
    absl::StatusOr<T> Get() {
      ready.WaitForNotification();
      return value;
    }
  };
  template <typename T>
  static WorkerInterface::Done<T> Into(const std::shared_ptr<Future<T>>& future) {
    return [future](absl::StatusOr<T> value) {
      future->value = std::move(value);
      future->ready.Notify();
    };
  }

  std::unique_ptr<Graph> NewGraph() { return std::make_unique<Graph>(&registry_); }
  static Node* Add(Graph* graph, const std::string& op, std::vector<Endpoint> inputs = {},
                   std::vector<std::pair<std::string, Attr>> attrs = {}) {
    Graph::NodeArgs args;
    args.name = op[0] == '_' ? op.substr(1) : op;
    args.op = op;
    args.uniquify = true;
    args.inputs.assign(inputs.begin(), inputs.end());
    for (auto& [name, value] : attrs) args.attrs.Set(name, std::move(value));
    auto node = graph->AddNode(std::move(args));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() ? *node : nullptr;
  }
  static Node* AddArg(Graph* graph, int64_t index) {
    return Add(graph, "_Arg", {}, {{"T", Attr(DType::kFloat)}, {"index", Attr(index)}});
  }
  static Node* AddRetval(Graph* graph, Node* from, int64_t index) {
    return Add(graph, "_Retval", {{from, 0}},
               {{"T", Attr(from->output_type(0))}, {"index", Attr(index)}});
  }
  static std::vector<std::pair<std::string, Attr>> EdgeAttrs(const std::string& from,
                                                             const std::string& to) {
    return {{"tensor_name", Attr(std::string("edge"))},
            {"send_device", Attr(from)},
            {"recv_device", Attr(to)},
            {"send_device_incarnation", Attr(int64_t{kIncarnation})},
            {"edge_id", Attr(int64_t{5})}};
  }
  std::unique_ptr<Graph> SquareGraph() {
    auto graph = NewGraph();
    AddRetval(graph.get(), Add(graph.get(), "TestSquare", {{AddArg(graph.get(), 0), 0}}), 0);
    return graph;
  }
  std::unique_ptr<Graph> OneNode(const std::string& op) {
    auto graph = NewGraph();
    Node* node = Add(graph.get(), op);
    if (node->num_outputs() > 0) AddRetval(graph.get(), node, 0);
    return graph;
  }

  absl::StatusOr<uint64_t> Register(std::unique_ptr<Graph> graph, std::vector<TaskId> peers = {},
                                    const std::string& device = kDevice) {
    RegisterGraphRequest request;
    request.session = kSession;
    request.partitions.push_back({device, std::move(graph)});
    request.peers = std::move(peers);
    auto future = std::make_shared<Future<uint64_t>>();
    worker().RegisterGraph(std::move(request), Into(future));
    return future->Get();
  }

  static RunGraphRequest RunOf(uint64_t handle, uint64_t step, int64_t sequence) {
    RunGraphRequest request;
    request.session = kSession;
    request.handle = handle;
    request.step_id = step;
    request.sequence = sequence;
    return request;
  }
  std::shared_ptr<Future<RunGraphReply>> Start(RunGraphRequest request) {
    auto future = std::make_shared<Future<RunGraphReply>>();
    worker().RunGraph(std::move(request), Into(future));
    return future;
  }
  static void WaitForHang(int count) {
    while (HangingOps() < count) std::this_thread::yield();
  }

  TaskId client_ = {"/job:worker/replica:0/task:0", 55};
  Registry registry_;
  FakeClock clock_;
  RecordingSender sender_;
  std::string shutdown_reason_;
  RpcService service_;
  std::unique_ptr<LocalWorker> local_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcWorker> remote_;
};

INSTANTIATE_TEST_SUITE_P(Both, WorkerTest, ::testing::Values(Over::kCall, Over::kGrpc),
                         [](const auto& info) {
                           return info.param == Over::kCall ? "Local" : "Grpc";
                         });

TEST_P(WorkerTest, SaysWhoItIs) {
  auto future = std::make_shared<Future<TaskStatus>>();
  worker().GetStatus(absl::Seconds(10), Into(future));
  const auto status = future->Get();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->task.name, kTask);
  EXPECT_EQ(status->task.incarnation, kIncarnation);
  ASSERT_EQ(status->devices.size(), 1);
  EXPECT_EQ(status->devices[0].full_name, kDevice);
  EXPECT_EQ(status->devices[0].incarnation, kIncarnation);
  EXPECT_EQ(status->cluster.num_tasks("ps"), 1);
}

TEST_P(WorkerTest, RunsAGraphWithFeedsOfAnySize) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(SquareGraph());
  ASSERT_TRUE(handle.ok()) << handle.status();
  uint64_t step = 0;
  for (const int64_t n : {0, 1, 100, 2 << 20}) {
    Tensor x = *Tensor::Create(DType::kFloat, Shape{n});
    for (int64_t i = 0; i < n; ++i) x.mutable_data<float>()[i] = static_cast<float>(i % 1000);
    ++step;
    RunGraphRequest request = RunOf(*handle, step, static_cast<int64_t>(step));
    request.feeds.emplace_back(0, x);
    request.trace = true;
    const auto reply = Start(std::move(request))->Get();
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_EQ(reply->fetches.size(), 1);
    EXPECT_EQ(reply->fetches[0].first, 0);
    const auto y = reply->fetches[0].second.flat<float>();
    ASSERT_EQ(static_cast<int64_t>(y.size()), n);
    for (int64_t i = 0; i < n; i += 97) EXPECT_EQ(y[i], x.data<float>()[i] * x.data<float>()[i]);
    EXPECT_FALSE(reply->stats.empty());
  }
}

TEST_P(WorkerTest, ARepeatIsAnsweredWithoutRunningAgain) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestCount"));
  ASSERT_TRUE(handle.ok()) << handle.status();
  const auto first = Start(RunOf(*handle, 1, 1))->Get();
  const auto again = Start(RunOf(*handle, 1, 1))->Get();
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  const int64_t count = first->fetches[0].second.scalar<int64_t>();
  EXPECT_EQ(again->fetches[0].second.scalar<int64_t>(), count);

  RunGraphRequest next = RunOf(*handle, 2, 2);
  next.acknowledged = 1;
  const auto second = Start(std::move(next))->Get();
  EXPECT_EQ(second->fetches[0].second.scalar<int64_t>(), count + 1);
  EXPECT_EQ(Start(RunOf(*handle, 1, 1))->Get().status().code(), absl::StatusCode::kAborted);
}

TEST_P(WorkerTest, ARepeatOfWhatRunsWaitsForIt) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestHang"));
  ASSERT_TRUE(handle.ok()) << handle.status();
  auto first = Start(RunOf(*handle, 1, 1));
  WaitForHang(1);
  auto again = Start(RunOf(*handle, 1, 1));
  const absl::Status reason = absl::DeadlineExceededError("enough");
  EXPECT_TRUE(AwaitStatus([&](auto done) { worker().AbortStep(1, reason, std::move(done)); }).ok());
  EXPECT_EQ(first->Get().status().code(), reason.code());
  EXPECT_EQ(again->Get().status().code(), reason.code());
}

TEST_P(WorkerTest, ErrorsNameTheNodeAndKeepTheirCode) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestFail"));
  ASSERT_TRUE(handle.ok()) << handle.status();
  const auto reply = Start(RunOf(*handle, 1, 1))->Get();
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(reply.status().message().find("it failed"), std::string::npos) << reply.status();
  EXPECT_NE(reply.status().message().find("TestFail"), std::string::npos) << reply.status();
}

TEST_P(WorkerTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Open(kSession, kIncarnation + 1).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Register(SquareGraph()).status().code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(Register(SquareGraph(), {}, kPeerDevice).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Start(RunOf(99, 1, 1))->Get().status().code(), absl::StatusCode::kNotFound);
  auto handle = Register(SquareGraph());
  ASSERT_TRUE(handle.ok());
  EXPECT_EQ(Start(RunOf(*handle, 2, 2))->Get().status().code(),
            absl::StatusCode::kInvalidArgument);  // without its feed
  EXPECT_TRUE(AwaitStatus([&](auto done) {
                worker().DeregisterGraph(kSession, *handle, std::move(done));
              }).ok());
  EXPECT_EQ(Start(RunOf(*handle, 3, 3))->Get().status().code(), absl::StatusCode::kNotFound);
}

TEST_P(WorkerTest, AStepAbortedBeforeItBeginsDoesNotRun) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestCount"));
  ASSERT_TRUE(handle.ok());
  EXPECT_TRUE(AwaitStatus([&](auto done) {
                worker().AbortStep(9, absl::UnavailableError("a peer is gone"), std::move(done));
              }).ok());
  EXPECT_EQ(Start(RunOf(*handle, 9, 1))->Get().status().code(), absl::StatusCode::kAborted);
}

TEST_P(WorkerTest, ClosingASessionEndsItsSteps) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestHang"));
  ASSERT_TRUE(handle.ok());
  auto running = Start(RunOf(*handle, 1, 1));
  WaitForHang(1);
  EXPECT_TRUE(
      AwaitStatus([&](auto done) { worker().CloseSession(kSession, std::move(done)); }).ok());
  EXPECT_EQ(running->Get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Start(RunOf(*handle, 2, 2))->Get().status().code(), absl::StatusCode::kAborted);
}

TEST_P(WorkerTest, ARestartedClientEndsWhatItsOldSelfLeft) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestHang"));
  ASSERT_TRUE(handle.ok());
  auto old = Start(RunOf(*handle, 1, 1));
  WaitForHang(1);
  ASSERT_TRUE(Open(kSession + 1).ok());  // another session of the same process
  EXPECT_FALSE(old->ready.HasBeenNotified());
  ++client_.incarnation;
  ASSERT_TRUE(Open(kSession + 2).ok());
  EXPECT_EQ(HangingOps(), 0);
  EXPECT_EQ(old->Get().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Start(RunOf(*handle, 2, 2))->Get().status().code(), absl::StatusCode::kAborted);
}

TEST_P(WorkerTest, SendsToThePeerThatTheClientNamed) {
  ASSERT_TRUE(Open().ok());
  auto graph = NewGraph();
  auto attrs = EdgeAttrs(kDevice, kPeerDevice);
  attrs.emplace_back("T", Attr(DType::kFloat));
  Add(graph.get(), "_Send", {{AddArg(graph.get(), 0), 0}}, attrs);
  auto handle = Register(std::move(graph), {{kPeer, 42}});
  ASSERT_TRUE(handle.ok()) << handle.status();
  RunGraphRequest request = RunOf(*handle, 1, 1);
  request.feeds.emplace_back(0, Tensor::Scalar(2.5f));
  const auto reply = Start(std::move(request))->Get();
  ASSERT_TRUE(reply.ok()) << reply.status();
  MutexLock lock(&sender_.mu);
  ASSERT_EQ(sender_.tasks.size(), 1);
  EXPECT_EQ(sender_.tasks[0].name, kPeer);
  EXPECT_EQ(sender_.tasks[0].incarnation, 42);
  EXPECT_EQ(sender_.values[0].tensor.scalar<float>(), 2.5f);
}

class RecvTest : public WorkerTest {
 protected:
  uint64_t RegisterRecv() {
    EXPECT_TRUE(Open().ok());
    auto graph = NewGraph();
    auto attrs = EdgeAttrs(kPeerDevice, kDevice);
    attrs.emplace_back("tensor_type", Attr(DType::kFloat));
    AddRetval(graph.get(), Add(graph.get(), "_Recv", {}, attrs), 0);
    auto handle = Register(std::move(graph), {{kPeer, 42}});
    EXPECT_TRUE(handle.ok()) << handle.status();
    return handle.ok() ? *handle : 0;
  }
  static RendezvousKey Key(uint64_t incarnation = kIncarnation) {
    RendezvousKey key;
    key.sender_incarnation = incarnation;
    key.edge = 5;
    return key;
  }
};

INSTANTIATE_TEST_SUITE_P(Both, RecvTest, ::testing::Values(Over::kCall, Over::kGrpc),
                         [](const auto& info) {
                           return info.param == Over::kCall ? "Local" : "Grpc";
                         });

TEST_P(RecvTest, ATensorMayComeBeforeItsStepOrAfter) {
  const uint64_t handle = RegisterRecv();
  local_->Deliver(1, Key(), {Tensor::Scalar(1.0f), false});
  const auto early = Start(RunOf(handle, 1, 1))->Get();
  ASSERT_TRUE(early.ok()) << early.status();
  EXPECT_EQ(early->fetches[0].second.scalar<float>(), 1.0f);

  auto late = Start(RunOf(handle, 2, 2));
  EXPECT_FALSE(late->ready.WaitForNotificationWithTimeout(absl::Milliseconds(20)));
  local_->Deliver(2, Key(), {Tensor::Scalar(2.0f), false});
  EXPECT_EQ(late->Get()->fetches[0].second.scalar<float>(), 2.0f);
}

TEST_P(RecvTest, ARestartedSenderDoesNotAnswerForItsOldSelf) {
  const uint64_t handle = RegisterRecv();
  auto running = Start(RunOf(handle, 1, 1));
  local_->Deliver(1, Key(kIncarnation + 1), {Tensor::Scalar(1.0f), false});
  EXPECT_FALSE(running->ready.WaitForNotificationWithTimeout(absl::Milliseconds(50)));
  local_->Deliver(1, Key(), {Tensor::Scalar(2.0f), false});
  EXPECT_EQ(running->Get()->fetches[0].second.scalar<float>(), 2.0f);
}

TEST_P(RecvTest, ALostPeerEndsTheStepsItTakesPartIn) {
  const uint64_t handle = RegisterRecv();
  auto with_peer = Start(RunOf(handle, 1, 1));
  auto hang = Register(OneNode("TestHang"));
  ASSERT_TRUE(hang.ok());
  auto without = Start(RunOf(*hang, 2, 2));
  WaitForHang(1);
  EXPECT_FALSE(with_peer->ready.WaitForNotificationWithTimeout(absl::Milliseconds(20)));
  local_->PeerLost(kPeer, absl::UnavailableError("worker 1 is gone"));
  EXPECT_EQ(with_peer->Get().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(without->ready.HasBeenNotified());
}

TEST_P(WorkerTest, ASilentClientLosesItsSession) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestHang"));
  ASSERT_TRUE(handle.ok());
  auto running = Start(RunOf(*handle, 1, 1));
  WaitForHang(1);
  const auto beat = [&] {
    auto future = std::make_shared<Future<HeartbeatReply>>();
    worker().Heartbeat(kSession, Into(future));
    return future->Get();
  };
  local_->Tick();
  for (int i = 0; i < 50; ++i) {
    clock_.Advance(absl::Milliseconds(500));
    EXPECT_TRUE(beat()->session_known);
    local_->Tick();
  }
  EXPECT_FALSE(running->ready.HasBeenNotified());
  for (int i = 0; i < 31; ++i) {
    clock_.Advance(absl::Milliseconds(100));
    local_->Tick();
  }
  EXPECT_EQ(running->Get().status().code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(beat()->session_known);
}

TEST_P(WorkerTest, AfterAStandstillNothingOldRuns) {
  ASSERT_TRUE(Open().ok());
  auto handle = Register(OneNode("TestCount"));
  ASSERT_TRUE(handle.ok());
  clock_.Advance(absl::Seconds(1));
  local_->Tick();
  clock_.Advance(absl::Seconds(30));  // The process was stopped; no tick since.
  const auto reply = Start(RunOf(*handle, 1, 1))->Get();
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kAborted) << reply.status();
  ASSERT_TRUE(Open(kSession + 1).ok());
}

TEST_P(WorkerTest, ForgetsTensorsOfStepsThatNeverBegin) {
  local_->Tick();
  auto released = std::make_shared<Notification>();
  std::vector<float> memory(100);
  auto lent = Tensor::Borrow(DType::kFloat, Shape{100}, memory.data(), 400,
                             [released] { released->Notify(); });
  local_->Deliver(5, {kIncarnation, 5, 0, 0}, {*std::move(lent), false});
  lent = absl::CancelledError();
  for (int i = 0; i < 130; ++i) {
    clock_.Advance(absl::Milliseconds(500));
    local_->Tick();
  }
  EXPECT_TRUE(released->WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_P(WorkerTest, ResetsContainersAndAsksForShutdown) {
  EXPECT_TRUE(AwaitStatus([&](auto done) { worker().Reset({}, std::move(done)); }).ok());
  EXPECT_TRUE(
      AwaitStatus([&](auto done) { worker().Shutdown("all is done", std::move(done)); }).ok());
  for (int i = 0; i < 1000 && shutdown_reason_.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(shutdown_reason_, "all is done");
}

}  // namespace
}  // namespace millrace
