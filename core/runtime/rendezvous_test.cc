#include "core/runtime/rendezvous.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace millrace {
namespace {

const RendezvousEdge kEdge = {"/job:a/replica:0/task:0/device:CPU:0",
                              "/job:a/replica:0/task:0/device:CPU:1", "x:0"};

RendezvousKey Key(uint64_t edge, int64_t iteration = 0) { return {7, edge, 0, iteration}; }

TEST(LocalRendezvousTest, MeetsInEitherOrder) {
  LocalRendezvous rendezvous;
  int got = 0;
  const auto take = [&](absl::StatusOr<Received> r) {
    ASSERT_TRUE(r.ok()) << r.status();
    got += r->tensor.scalar<int>();
  };
  ASSERT_TRUE(rendezvous.Send(Key(1), kEdge, {Tensor::Scalar(10)}).ok());
  rendezvous.RecvAsync(Key(1), kEdge, take);
  rendezvous.RecvAsync(Key(2), kEdge, take);
  EXPECT_EQ(got, 10);
  ASSERT_TRUE(rendezvous.Send(Key(2), kEdge, {Tensor::Scalar(5)}).ok());
  EXPECT_EQ(got, 15);
}

TEST(LocalRendezvousTest, KeysDifferInEveryPart) {
  LocalRendezvous rendezvous;
  bool received = false;
  rendezvous.RecvAsync({7, 1, 2, 3}, kEdge, [&](auto r) { received = r.ok(); });
  for (const RendezvousKey& other :
       {RendezvousKey{8, 1, 2, 3}, {7, 2, 2, 3}, {7, 1, 3, 3}, {7, 1, 2, 4}}) {
    ASSERT_TRUE(rendezvous.Send(other, kEdge, {Tensor::Scalar(1)}).ok());
  }
  EXPECT_FALSE(received);
  ASSERT_TRUE(rendezvous.Send({7, 1, 2, 3}, kEdge, {Tensor::Scalar(1)}).ok());
  EXPECT_TRUE(received);
}

TEST(LocalRendezvousTest, DeadnessTravels) {
  LocalRendezvous rendezvous;
  ASSERT_TRUE(rendezvous.Send(Key(1), kEdge, {Tensor(), true}).ok());
  rendezvous.RecvAsync(Key(1), kEdge, [](auto r) { EXPECT_TRUE(r.ok() && r->is_dead); });
}

TEST(LocalRendezvousTest, SecondSendAndSecondReceiveAreErrors) {
  LocalRendezvous rendezvous;
  ASSERT_TRUE(rendezvous.Send(Key(1), kEdge, {Tensor::Scalar(1)}).ok());
  EXPECT_EQ(rendezvous.Send(Key(1), kEdge, {Tensor::Scalar(1)}).code(),
            absl::StatusCode::kInternal);
  rendezvous.RecvAsync(Key(1), kEdge, [](auto r) { EXPECT_TRUE(r.ok()); });
  rendezvous.RecvAsync(Key(1), kEdge,
                       [](auto r) { EXPECT_EQ(r.status().code(), absl::StatusCode::kInternal); });
  EXPECT_EQ(rendezvous.Send(Key(1), kEdge, {Tensor::Scalar(1)}).code(),
            absl::StatusCode::kInternal);
}

TEST(LocalRendezvousTest, AbortEndsWaitingAndLaterCalls) {
  LocalRendezvous rendezvous;
  int aborted = 0;
  const auto count = [&](absl::StatusOr<Received> r) {
    aborted += r.status() == absl::UnavailableError("first");
  };
  rendezvous.RecvAsync(Key(1), kEdge, count);
  rendezvous.Abort(absl::UnavailableError("first"));
  rendezvous.Abort(absl::InternalError("second"));
  rendezvous.RecvAsync(Key(2), kEdge, count);
  EXPECT_EQ(aborted, 2);
  EXPECT_EQ(rendezvous.Send(Key(3), kEdge, {}), absl::UnavailableError("first"));
}

TEST(LocalRendezvousTest, DestructionCancelsWhatWaits) {
  absl::Status status;
  {
    LocalRendezvous rendezvous;
    rendezvous.RecvAsync(Key(1), kEdge, [&](auto r) { status = r.status(); });
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
}

TEST(LocalRendezvousTest, ManyThreads) {
  LocalRendezvous rendezvous;
  constexpr int kKeys = 500;
  std::atomic<int64_t> sum{0};
  std::thread sender([&] {
    for (int i = 0; i < kKeys; ++i) {
      EXPECT_TRUE(rendezvous.Send(Key(i), kEdge, {Tensor::Scalar(i)}).ok());
    }
  });
  std::thread receiver([&] {
    for (int i = kKeys - 1; i >= 0; --i) {
      rendezvous.RecvAsync(Key(i), kEdge, [&](auto r) { sum += r->tensor.template scalar<int>(); });
    }
  });
  sender.join();
  receiver.join();
  EXPECT_EQ(sum, kKeys * (kKeys - 1) / 2);
}

}  // namespace
}  // namespace millrace
