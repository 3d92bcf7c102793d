#include "core/base/cancellation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/notification.h"

namespace millrace {
namespace {

TEST(Cancellation, FirstWinsAndCallbacksRunOnce) {
  Cancellation c;
  int runs = 0;
  EXPECT_GE(c.Register([&] { ++runs; }), 0);
  const int64_t removed = c.Register([&] { runs += 100; });
  EXPECT_TRUE(c.Deregister(removed));
  EXPECT_FALSE(c.Deregister(removed));
  EXPECT_FALSE(c.IsCancelled());
  EXPECT_TRUE(c.status().ok());
  c.Cancel(absl::AbortedError("first"));
  c.Cancel(absl::InternalError("second"));
  EXPECT_TRUE(c.IsCancelled());
  EXPECT_EQ(c.status(), absl::AbortedError("first"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(c.Register([&] { ++runs; }), -1);
  EXPECT_FALSE(c.Deregister(-1));
  EXPECT_EQ(runs, 1);
}

TEST(Cancellation, OkBecomesCancelled) {
  Cancellation c;
  c.Cancel(absl::OkStatus());
  EXPECT_EQ(c.status().code(), absl::StatusCode::kCancelled);
}

TEST(Cancellation, ParentCancelsChildrenButNotTheOtherWay) {
  Cancellation parent;
  Cancellation child(&parent);
  auto gone = std::make_unique<Cancellation>(&parent);
  gone.reset();
  Cancellation lonely(&parent);
  lonely.Cancel(absl::InternalError("own"));
  EXPECT_FALSE(parent.IsCancelled());
  parent.Cancel(absl::UnavailableError("peer"));
  EXPECT_EQ(child.status(), absl::UnavailableError("peer"));
  EXPECT_EQ(lonely.status(), absl::InternalError("own"));
  Cancellation late(&parent);
  EXPECT_TRUE(late.IsCancelled());
}

TEST(Cancellation, DeregisterWaitsForTheRunningCallback) {
  Cancellation c;
  Notification started;
  std::atomic<bool> finished{false};
  const int64_t id = c.Register([&] {
    started.Notify();
    absl::SleepFor(absl::Milliseconds(20));
    finished = true;
  });
  std::thread canceller([&] { c.Cancel(absl::CancelledError("x")); });
  started.WaitForNotification();
  EXPECT_FALSE(c.Deregister(id));
  EXPECT_TRUE(finished);
  canceller.join();
}

TEST(Cancellation, CallbackMayDeregisterItselfAndOthers) {
  Cancellation c;
  int64_t self = -1, other_a = -1, other_b = -1;
  int others = 0;
  self = c.Register([&] {
    EXPECT_FALSE(c.Deregister(self));
    others += c.Deregister(other_a) + c.Deregister(other_b);
  });
  other_a = c.Register([&] { ++others; });
  other_b = c.Register([&] { ++others; });
  c.Cancel(absl::CancelledError("x"));
  EXPECT_EQ(others, 2);
}

TEST(Cancellation, ManyThreads) {
  for (int round = 0; round < 50; ++round) {
    Cancellation c;
    std::atomic<int> ran{0}, removed{0}, refused{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          const int64_t id = c.Register([&] { ++ran; });
          if (id < 0) {
            ++refused;
          } else if (i % 2 == 0 && c.Deregister(id)) {
            ++removed;
          }
        }
      });
    }
    c.Cancel(absl::CancelledError("now"));
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ran + removed + refused, 300);
  }
}

}  // namespace
}  // namespace millrace
