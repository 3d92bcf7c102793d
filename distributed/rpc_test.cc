// RpcClient, StreamClient and RpcService over real connections.
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/base/notification.h"
#include "distributed/channel.h"
#include "distributed/rpc_client.h"
#include "distributed/rpc_service.h"
#include "distributed/stream_client.h"

namespace millrace {
namespace {

Tensor Filled(int64_t n, float value) {
  Tensor t = *Tensor::Create(DType::kFloat, Shape{n});
  for (float& x : t.mutable_flat<float>()) x = value;
  return t;
}

class RpcTest : public ::testing::Test {
 protected:
  void Start() { Start(&service_); }
  void Start(RpcService* service) {
    grpc::ServerBuilder builder;
    SetServerOptions(&builder);
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), Credentials::Insecure().server,
                             &port_);
    builder.RegisterCallbackGenericService(service);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
  }
  std::shared_ptr<grpc::Channel> Channel() {
    return NewChannel(absl::StrCat("127.0.0.1:", port_), Credentials::Insecure());
  }

  absl::StatusOr<WireMessage> Call(RpcClient& client, const std::string& method,
                                   WireMessage request, RpcClient::Options options = {}) {
    Notification done;
    absl::StatusOr<WireMessage> result;
    client.Call(method, std::move(request), options, [&](absl::StatusOr<WireMessage> reply) {
      result = std::move(reply);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

  RpcService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(RpcTest, RequestsAndRepliesOfAnySize) {
  service_.AddMethod("/t/Echo", [](WireMessage request, RpcService::Reply reply) {
    request.body += "!";
    reply(std::move(request));
  });
  Start();
  RpcClient client(Channel(), "peer");
  for (const int64_t n : {0, 1, 1000, 5 << 20}) {
    auto reply = Call(client, "/t/Echo", {"hello", {Filled(n, 2.0f), Tensor::Scalar("s")}});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->body, "hello!");
    EXPECT_TRUE(reply->tensors[0].BitwiseEquals(Filled(n, 2.0f)));
    EXPECT_EQ(reply->tensors[1].scalar<std::string>(), "s");
  }
}

TEST_F(RpcTest, FailuresNameThePeer) {
  Start();
  RpcClient client(Channel(), "/job:ps/replica:0/task:7");
  auto unknown = Call(client, "/t/None", {});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kUnimplemented);

  server_->Shutdown();
  server_.reset();
  auto refused = Call(client, "/t/Echo", {});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable) << refused.status();
  EXPECT_NE(refused.status().message().find("/job:ps/replica:0/task:7"), std::string::npos);

  RpcClient::Options options;
  options.timeout = absl::Milliseconds(50);
  options.wait_for_ready = true;
  auto late = Call(client, "/t/Echo", {}, options);
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded) << late.status();
}

TEST_F(RpcTest, ACallWaitsForItsPeerWhenAsked) {
  Start();
  server_->Shutdown();
  server_.reset();
  RpcClient client(Channel(), "peer");
  Notification done;
  RpcClient::Options options;
  options.wait_for_ready = true;
  client.Call("/t/Echo", {"late"}, options, [&](absl::StatusOr<WireMessage> reply) {
    EXPECT_TRUE(reply.ok()) << reply.status();
    done.Notify();
  });
  RpcService restarted;
  restarted.AddMethod(
      "/t/Echo", [](WireMessage request, RpcService::Reply reply) { reply(std::move(request)); });
  Start(&restarted);
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
  server_->Shutdown();
  server_.reset();
}

TEST_F(RpcTest, CallsInFlightAreCancelled) {
  Notification arrived;
  RpcService::Reply held;
  service_.AddMethod("/t/Hang", [&](WireMessage, RpcService::Reply reply) {
    held = std::move(reply);
    arrived.Notify();
  });
  Start();
  RpcClient client(Channel(), "peer");
  Notification done;
  client.Call("/t/Hang", {}, {}, [&](absl::StatusOr<WireMessage> reply) {
    EXPECT_EQ(reply.status(), absl::UnavailableError("it is frozen"));
    done.Notify();
  });
  arrived.WaitForNotification();
  client.Close(absl::UnavailableError("it is frozen"));
  done.WaitForNotification();
  held({});
  EXPECT_EQ(Call(client, "/t/Hang", {}).status(), absl::UnavailableError("it is frozen"));
}

// Collects what a stream brings.
struct Collected {
  Mutex mu;
  CondVar changed;
  std::vector<WireMessage> messages ABSL_GUARDED_BY(mu);
  std::vector<absl::Status> ends ABSL_GUARDED_BY(mu);

  void WaitFor(size_t count) {
    MutexLock lock(&mu);
    while (messages.size() < count) changed.Wait(&mu);
  }
  void WaitForEnd() {
    MutexLock lock(&mu);
    while (ends.empty()) changed.Wait(&mu);
  }
};

class Sink final : public RpcService::StreamSink {
 public:
  explicit Sink(Collected* out) : out_(out) {}
  absl::Status OnMessage(WireMessage message) override {
    MutexLock lock(&out_->mu);
    if (message.body == "bad") return absl::AbortedError("we do not take bad ones");
    out_->messages.push_back(std::move(message));
    out_->changed.SignalAll();
    return absl::OkStatus();
  }
  void OnEnd(const absl::Status& status) override {
    MutexLock lock(&out_->mu);
    out_->ends.push_back(status);
    out_->changed.SignalAll();
  }

 private:
  Collected* const out_;
};

TEST_F(RpcTest, AStreamBringsAllMessagesFromManyThreads) {
  Collected collected;
  service_.AddStream("/t/Stream", [&] { return std::make_unique<Sink>(&collected); });
  Start();
  Notification ended;
  StreamClient stream(Channel(), "peer", "/t/Stream", [&](absl::Status status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    ended.Notify();
  });
  constexpr int kThreads = 4, kEach = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const int64_t n = i % 10 == 0 ? 1 << 20 : 3;
        EXPECT_TRUE(stream.Send({absl::StrCat(t, ",", i), {Filled(n, t * 1000.0f + i)}}).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  collected.WaitFor(kThreads * kEach);
  {
    MutexLock lock(&collected.mu);
    std::set<std::string> seen;
    for (const WireMessage& m : collected.messages) {
      EXPECT_TRUE(seen.insert(m.body).second);
      const float value = m.tensors[0].flat<float>().back();
      EXPECT_EQ(absl::StrCat(static_cast<int>(value) / 1000, ",", static_cast<int>(value) % 1000),
                m.body);
    }
  }
  stream.Close();
  ended.WaitForNotification();
  EXPECT_EQ(stream.Send({}).code(), absl::StatusCode::kCancelled);
  collected.WaitForEnd();
}

TEST_F(RpcTest, TheReceiverMayEndAStreamWithAReason) {
  Collected collected;
  service_.AddStream("/t/Stream", [&] { return std::make_unique<Sink>(&collected); });
  Start();
  Notification ended;
  StreamClient stream(Channel(), "peer", "/t/Stream", [&](absl::Status status) {
    EXPECT_EQ(status, absl::AbortedError("peer: we do not take bad ones"));
    ended.Notify();
  });
  ASSERT_TRUE(stream.Send({"bad"}).ok());
  ended.WaitForNotification();
  EXPECT_FALSE(stream.Send({"more"}).ok());
  collected.WaitForEnd();
}

TEST_F(RpcTest, ALostReceiverEndsTheStream) {
  Start();
  server_->Shutdown();
  server_.reset();
  Notification ended;
  StreamClient stream(Channel(), "the peer", "/t/Stream", [&](absl::Status status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_NE(status.message().find("the peer"), std::string::npos);
    ended.Notify();
  });
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST_F(RpcTest, AUsedPortIsRefused) {
  Start();
  RpcService other_service;
  grpc::ServerBuilder builder;
  SetServerOptions(&builder);
  int port = 0;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_), Credentials::Insecure().server,
                           &port);
  builder.RegisterCallbackGenericService(&other_service);
  EXPECT_EQ(builder.BuildAndStart(), nullptr);
}

}  // namespace
}  // namespace millrace
