// Sessions over the servers of a cluster, all in this process, over real connections.
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/notification.h"
#include "distributed/grpc_session.h"
#include "distributed/server.h"
#include "distributed/testing/test_cluster.h"
#include "distributed/testing/test_ops.h"

namespace millrace {
namespace {

constexpr char kPs[] = "/job:ps/task:0";
constexpr char kPs1[] = "/job:ps/task:1";
constexpr char kWorker1[] = "/job:worker/task:1";

Tensor Range(int64_t n) {
  Tensor t = *Tensor::Create(DType::kFloat, Shape{n});
  for (int64_t i = 0; i < n; ++i) t.mutable_data<float>()[i] = static_cast<float>(i % 10);
  return t;
}

class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() {
    EXPECT_TRUE(RegisterTestOps(registry_).ok());
    cluster_ = std::make_unique<TestCluster>(
        std::vector<std::pair<std::string, int>>{{"ps", 2}, {"worker", 2}}, &registry_);
    graph_ = std::make_shared<Graph>(&registry_);
  }

  Node* Add(const std::string& name, const std::string& op, const std::string& device,
            std::vector<Endpoint> inputs = {}) {
    Graph::NodeArgs args;
    args.name = name;
    args.op = op;
    args.device = device;
    args.inputs.assign(inputs.begin(), inputs.end());
    auto node = graph_->AddNode(std::move(args));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() ? *node : nullptr;
  }
  // in -> a (ps 0) -> b (ps 1) -> c (here): in^8.
  void AddChain() {
    Node* in = Add("in", "TestInput", "");
    Node* a = Add("a", "TestSquare", kPs, {{in, 0}});
    Node* b = Add("b", "TestSquare", kPs1, {{a, 0}});
    Add("c", "TestSquare", "", {{b, 0}});
  }

  std::unique_ptr<Session> NewSession(const std::string& job = "worker", int task = 0,
                                      GrpcSessionOptions options = {}) {
    auto session = NewServerSession(options, graph_, cluster_->server(job, task));
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *std::move(session) : nullptr;
  }
  static absl::StatusOr<std::vector<Tensor>> Run(Session& session, std::vector<Session::Feed> feeds,
                                                 std::vector<std::string> fetches,
                                                 std::vector<std::string> targets = {},
                                                 RunOptions options = {}) {
    return session.Run(options, feeds, fetches, targets, nullptr);
  }
  static void ExpectEighthPower(const absl::StatusOr<std::vector<Tensor>>& result,
                                const Tensor& x) {
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ((*result)[0].shape(), x.shape());
    for (int64_t i = 0; i < x.num_elements(); i += 97) {
      const double v = x.data<float>()[i];
      EXPECT_EQ((*result)[0].data<float>()[i], static_cast<float>(v * v * v * v * v * v * v * v));
    }
  }
  static void WaitForHangs(int count) {
    while (HangingOps() != count) std::this_thread::yield();
  }

  Registry registry_;
  std::unique_ptr<TestCluster> cluster_;
  std::shared_ptr<Graph> graph_;
};

TEST_F(ClusterTest, AStepCrossesTasksWithTensorsOfAnySize) {
  cluster_->StartAll();
  AddChain();
  auto session = NewSession();
  for (const int64_t n : {1, 0, 1000, 3 << 20, 1}) {
    ExpectEighthPower(Run(*session, {{"in:0", Range(n)}}, {"c:0"}), Range(n));
  }
  EXPECT_EQ(session->ListDevices().size(), 3);
  EXPECT_EQ(session->ListDevices()[0].full_name, "/job:worker/replica:0/task:0/device:CPU:0");
}

TEST_F(ClusterTest, FetchesAndFeedsAnywhere) {
  cluster_->StartAll();
  AddChain();
  auto session = NewSession();
  const auto result = Run(*session, {{"in:0", Tensor::Scalar(2.0f)}}, {"c:0", "a:0", "b:0", "a:0"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)[0].scalar<float>(), 256.0f);
  EXPECT_EQ((*result)[1].scalar<float>(), 4.0f);
  EXPECT_EQ((*result)[2].scalar<float>(), 16.0f);
  EXPECT_EQ((*result)[3].scalar<float>(), 4.0f);
  const auto cut = Run(*session, {{"a:0", Tensor::Scalar(3.0f)}}, {"c:0"});
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ((*cut)[0].scalar<float>(), 81.0f);
}

TEST_F(ClusterTest, AClientNeedNotBeATask) {
  cluster_->StartAll();
  AddChain();
  auto session = NewGrpcSession({}, graph_, cluster_->server("ps", 1)->target());
  ASSERT_TRUE(session.ok()) << session.status();
  ExpectEighthPower(Run(**session, {{"in:0", Range(1 << 20)}}, {"c:0"}), Range(1 << 20));
}

TEST_F(ClusterTest, StepsRunAtOnce) {
  cluster_->StartAll();
  AddChain();
  auto session = NewSession();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const Tensor x = Range(i % 7 == 0 ? 300000 : t + 1);
        ExpectEighthPower(Run(*session, {{"in:0", x}}, {"c:0"}), x);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(ClusterTest, CallablesTakeFeedsInOrder) {
  cluster_->StartAll();
  AddChain();
  auto session = NewSession();
  StepSignature signature;
  signature.feeds = {"in:0"};
  signature.fetches = {"c:0"};
  auto callable = session->MakeCallable(signature);
  ASSERT_TRUE(callable.ok()) << callable.status();
  const std::vector<Tensor> feeds = {Tensor::Scalar(2.0f)};
  auto result = session->RunCallable(*callable, {}, feeds, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)[0].scalar<float>(), 256.0f);
  EXPECT_EQ(session->RunCallable(*callable, {}, {}, nullptr).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(session->ReleaseCallable(*callable).ok());
  EXPECT_FALSE(session->ReleaseCallable(*callable).ok());
}

TEST_F(ClusterTest, TheFirstErrorWinsNamesItsTaskAndEndsTheStepEverywhere) {
  cluster_->StartAll();
  Add("fail", "TestFail", kPs1);
  Add("hang0", "TestHang", kPs);
  Add("hang1", "TestHang", "");
  auto session = NewSession();
  const auto result = Run(*session, {}, {}, {"hang0", "hang1", "fail"});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(result.status().message().find("it failed"), std::string::npos) << result.status();
  EXPECT_NE(result.status().message().find("/job:ps/replica:0/task:1"), std::string::npos)
      << result.status();
  WaitForHangs(0);
}

TEST_F(ClusterTest, TimeoutsAndCancellationReachEveryTask) {
  cluster_->StartAll();
  Add("hang0", "TestHang", kPs);
  Add("hang1", "TestHang", "");
  auto session = NewSession();
  RunOptions options;
  options.timeout = absl::Milliseconds(100);
  EXPECT_EQ(Run(*session, {}, {}, {"hang0", "hang1"}, options).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  WaitForHangs(0);

  Cancellation cancellation;
  options = {};
  options.cancellation = &cancellation;
  std::thread canceller([&] {
    WaitForHangs(2);
    cancellation.Cancel(absl::CancelledError("the user pressed ctrl-C"));
  });
  EXPECT_EQ(Run(*session, {}, {}, {"hang0", "hang1"}, options).status(),
            absl::CancelledError("the user pressed ctrl-C"));
  canceller.join();
  WaitForHangs(0);
}

TEST_F(ClusterTest, ClosingEndsRunningSteps) {
  cluster_->StartAll();
  Add("hang0", "TestHang", kPs);
  auto session = NewSession();
  std::thread closer([&] {
    WaitForHangs(1);
    EXPECT_TRUE(session->Close().ok());
  });
  EXPECT_EQ(Run(*session, {}, {}, {"hang0"}).status().code(), absl::StatusCode::kCancelled);
  closer.join();
  WaitForHangs(0);
  EXPECT_EQ(Run(*session, {}, {}, {"hang0"}).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(ClusterTest, AStoppedTaskEndsTheSessionAndANewOneWorks) {
  cluster_->StartAll();
  AddChain();
  Add("hang0", "TestHang", kPs);
  auto session = NewSession();
  ExpectEighthPower(Run(*session, {{"in:0", Range(3)}}, {"c:0"}), Range(3));
  std::thread stopper([&] {
    WaitForHangs(1);
    cluster_->Stop("ps", 0);
    cluster_->Start("ps", 0);
  });
  const auto ended = Run(*session, {}, {}, {"hang0"});
  stopper.join();
  EXPECT_FALSE(ended.ok());
  EXPECT_NE(ended.status().message().find("/job:ps/replica:0/task:0"), std::string::npos)
      << ended.status();
  // The same name, another incarnation: it does not answer for its old self.
  const auto stale = Run(*session, {{"in:0", Range(3)}}, {"c:0"});
  EXPECT_FALSE(stale.ok());
  EXPECT_NE(stale.status().message().find("/job:ps/replica:0/task:0"), std::string::npos)
      << stale.status();
  session = NewSession();
  ExpectEighthPower(Run(*session, {{"in:0", Range(3)}}, {"c:0"}), Range(3));
}

TEST_F(ClusterTest, OnlyTasksThatAStepNamesAreNeeded) {
  cluster_->Start("worker", 0);
  cluster_->Start("ps", 0);
  Node* in = Add("in", "TestInput", "");
  Add("a", "TestSquare", kPs, {{in, 0}});
  Add("elsewhere", "TestSquare", kWorker1, {{in, 0}});
  auto session = NewSession();
  const auto result = Run(*session, {{"in:0", Tensor::Scalar(2.0f)}}, {"a:0"});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ((*result)[0].scalar<float>(), 4.0f);
}

TEST_F(ClusterTest, AStepWaitsForATaskThatIsNotThereYet) {
  cluster_->Start("worker", 0);
  AddChain();
  auto session = NewSession();
  RunOptions options;
  options.timeout = absl::Milliseconds(200);
  const auto late = Run(*session, {{"in:0", Range(1)}}, {"c:0"}, {}, options);
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_NE(late.status().message().find("/job:ps"), std::string::npos) << late.status();
  std::thread starter([&] {
    cluster_->Start("ps", 0);
    cluster_->Start("ps", 1);
  });
  ExpectEighthPower(Run(*session, {{"in:0", Range(5)}}, {"c:0"}), Range(5));
  starter.join();
}

TEST_F(ClusterTest, DevicesThatAreNotThereAreRefused) {
  cluster_->StartAll();
  Add("hang0", "TestHang", "/job:ps/task:9");
  GrpcSessionOptions options;
  options.session.allow_soft_placement = false;
  auto session = NewSession("worker", 0, options);
  const auto result = Run(*session, {}, {}, {"hang0"});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << result.status();
  EXPECT_NE(result.status().message().find("hang0"), std::string::npos) << result.status();
}

TEST_F(ClusterTest, DeviceFiltersKeepOthersOut) {
  cluster_->StartAll();
  AddChain();
  GrpcSessionOptions options;
  options.device_filters = {"/job:ps/task:0"};
  auto session = NewSession("worker", 0, options);
  const auto result = Run(*session, {{"in:0", Range(1)}}, {"a:0"});
  EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(Run(*session, {{"in:0", Range(1)}}, {"b:0"}).ok());
  options.device_filters = {"/jub:ps"};
  EXPECT_EQ(NewServerSession(options, graph_, cluster_->server("worker", 0)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ServerTest, SaysWhyItDoesNotStart) {
  Registry registry;
  ServerOptions options;
  options.registry = &registry;
  options.job = "ps";
  options.cluster = *ClusterSpec::Create(
      {{"ps", {{0, absl::StrCat("127.0.0.1:", FreePorts(1)[0])}, {1, "10.0.0.1:2222"}}}});
  auto first = Server::Create(options);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE((*first)->Start().ok());
  EXPECT_NE((*first)->target().find("grpc://127.0.0.1:"), std::string::npos);

  auto second = Server::Create(options);
  ASSERT_TRUE(second.ok());
  const absl::Status taken = (*second)->Start();
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists) << taken;
  EXPECT_NE(taken.message().find("is already in use"), std::string::npos) << taken;

  options.task = 1;
  EXPECT_EQ(Server::Create(options).status().code(), absl::StatusCode::kFailedPrecondition);
  options.task = 2;
  EXPECT_EQ(Server::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ServerTest, JoinEndsWhenAnotherTaskSaysSo) {
  Registry registry;
  TestCluster cluster({{"ps", 1}}, &registry);
  Server* server = cluster.Start("ps", 0);
  EXPECT_FALSE(server->JoinWithTimeout(absl::Milliseconds(20)));
  const std::string address = *cluster.spec().Address("ps", 0);
  EXPECT_TRUE(ResetContainers(server->target(), {}).ok());
  EXPECT_TRUE(ShutdownTask(address, "training is over").ok());
  server->Join();
  server->Stop();
  EXPECT_EQ(ShutdownTask(address, "again").code(), absl::StatusCode::kUnavailable);
}

TEST(ServerTest, WrongTargetsAreRefused) {
  Registry registry;
  auto graph = std::make_shared<Graph>(&registry);
  for (const char* target : {"", "host:1", "http://host:1", "grpc://host", "grpc://:1"}) {
    EXPECT_EQ(NewGrpcSession({}, graph, target).status().code(), absl::StatusCode::kInvalidArgument)
        << target;
  }
  const std::string nobody = absl::StrCat("grpc://127.0.0.1:", FreePorts(1)[0]);
  EXPECT_EQ(NewGrpcSession({}, graph, nobody, absl::Milliseconds(300)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(ServerTest, AWrongAddressIsNoticed) {
  Registry registry;
  TestCluster cluster({{"ps", 1}, {"worker", 1}}, &registry);
  ServerOptions options;
  options.registry = &registry;
  // The worker believes that the parameter server's port is its own.
  options.cluster = *ClusterSpec::Create({{"worker", {{0, *cluster.spec().Address("ps", 0)}}}});
  options.job = "worker";
  auto impostor = Server::Create(options);
  ASSERT_TRUE(impostor.ok());
  ASSERT_TRUE((*impostor)->Start().ok());
  cluster.Start("worker", 0);
  ASSERT_TRUE(RegisterTestOps(registry).ok());
  auto graph = std::make_shared<Graph>(&registry);
  Graph::NodeArgs args;
  args.name = "hang";
  args.op = "TestHang";
  args.device = kPs;
  ASSERT_TRUE(graph->AddNode(std::move(args)).ok());
  auto session = NewServerSession({}, graph, cluster.server("worker", 0));
  ASSERT_TRUE(session.ok());
  const std::vector<std::string> targets = {"hang"};
  const auto result = (*session)->Run({}, {}, {}, targets, nullptr);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << result.status();
}

}  // namespace
}  // namespace millrace
