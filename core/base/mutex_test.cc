#include "core/base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/time/clock.h"

namespace millrace {
namespace {

TEST(Mutex, ExcludesOthers) {
  Mutex mu;
  int64_t count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        MutexLock lock(&mu);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 4000);
  ASSERT_TRUE(mu.TryLock());
  std::thread([&] { EXPECT_FALSE(mu.TryLock()); }).join();
  mu.Unlock();
}

TEST(CondVar, SignalWakes) {
  Mutex mu;
  CondVar cv;
  bool ready = false;
  std::thread other([&] {
    MutexLock lock(&mu);
    ready = true;
    cv.Signal();
  });
  {
    MutexLock lock(&mu);
    while (!ready) EXPECT_FALSE(cv.WaitFor(&mu, absl::InfiniteDuration()));
  }
  other.join();
}

TEST(CondVar, TimesOut) {
  Mutex mu;
  CondVar cv;
  MutexLock lock(&mu);
  const absl::Time start = absl::Now();
  while (!cv.WaitFor(&mu, absl::Milliseconds(20))) {
  }
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(19));
  while (!cv.WaitUntil(&mu, absl::Now() + absl::Milliseconds(5))) {
  }
  EXPECT_TRUE(cv.WaitFor(&mu, absl::ZeroDuration()));
  EXPECT_TRUE(cv.WaitUntil(&mu, absl::InfinitePast()));
}

}  // namespace
}  // namespace millrace
