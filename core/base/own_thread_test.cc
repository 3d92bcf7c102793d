#include "core/base/own_thread.h"

#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "core/base/mutex.h"
#include "core/base/notification.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

TEST(OwnThread, TasksMayWaitForEachOther) {
  constexpr int kDepth = 40;
  Notification done[kDepth + 1];
  done[kDepth].Notify();
  // Each waits for the one that is started after it.
  for (int i = 0; i < kDepth; ++i) {
    RunOnOwnThread([&done, i] {
      done[i + 1].WaitForNotification();
      done[i].Notify();
    });
  }
  done[0].WaitForNotification();
}

TEST(OwnThread, FreeThreadsServeAgain) {
  constexpr int kTasks = 200;
  Mutex mu;
  std::set<std::thread::id> threads;
  for (int i = 0; i < kTasks; ++i) {
    Notification done;
    RunOnOwnThread([&] {
      {
        MutexLock lock(&mu);
        threads.insert(std::this_thread::get_id());
      }
      done.Notify();
    });
    done.WaitForNotification();
  }
  EXPECT_LT(threads.size(), kTasks / 2u);
}

TEST(OwnThread, WhatATaskHoldsGoesWithIt) {
  struct NotifyWhenGone {
    explicit NotifyWhenGone(Notification* n) : gone(n) {}
    ~NotifyWhenGone() { gone->Notify(); }
    Notification* gone;
  };
  Notification gone;
  auto held = std::make_unique<NotifyWhenGone>(&gone);
  RunOnOwnThread([held = std::move(held)] {});
  gone.WaitForNotification();
}

}  // namespace
}  // namespace millrace
