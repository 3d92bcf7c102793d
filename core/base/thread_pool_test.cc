#include "core/base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <new>
#include <numeric>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/notification.h"

namespace millrace {
namespace {

TEST(ThreadPool, RunsEveryTaskBeforeItGoes) {
  for (int threads : {1, 2, 7}) {
    std::atomic<int> ran{0};
    {
      auto pool = ThreadPool::Create("test", threads);
      EXPECT_EQ(pool->size(), threads);
      for (int i = 0; i < 500; ++i) {
        pool->Schedule([&] {
          ++ran;
          pool->Schedule([&] { ++ran; });
        });
      }
      while (ran < 1000) absl::SleepFor(absl::Microseconds(50));
      for (int i = 0; i < 500; ++i) pool->Schedule([&] { ++ran; });
    }
    EXPECT_EQ(ran, 1500);
  }
}

TEST(ThreadPool, ManyProducersLoseNothing) {
  std::atomic<int> ran{0};
  {
    auto pool = ThreadPool::Create("test", 3);
    std::vector<std::thread> producers;
    for (int t = 0; t < 3; ++t) {
      producers.emplace_back([&] {
        for (int i = 0; i < 3000; ++i) pool->Schedule([&] { ++ran; });
      });
    }
    for (std::thread& producer : producers) producer.join();
  }
  EXPECT_EQ(ran, 9000);
}

// All tasks must be in progress at once for any to end: every thread is woken.
TEST(ThreadPool, UsesAllThreads) {
  auto pool = ThreadPool::Create("test", 4);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> arrived{0}, left{0};
    for (int i = 0; i < 4; ++i) {
      pool->Schedule([&] {
        ++arrived;
        while (arrived < 4) std::this_thread::yield();
        ++left;
      });
    }
    while (left < 4) std::this_thread::yield();
    if (round % 5 == 0) absl::SleepFor(absl::Milliseconds(1));
  }
}

TEST(ThreadPool, KnowsItsThreads) {
  auto pool = ThreadPool::Create("test", 2);
  auto other = ThreadPool::Create("other", 1);
  EXPECT_EQ(pool->CurrentThreadIndex(), -1);
  Notification done;
  pool->Schedule([&] {
    EXPECT_GE(pool->CurrentThreadIndex(), 0);
    EXPECT_LT(pool->CurrentThreadIndex(), 2);
    EXPECT_EQ(other->CurrentThreadIndex(), -1);
    done.Notify();
  });
  done.WaitForNotification();
}

TEST(ParallelFor, CoversTheRangeOnce) {
  auto pool = ThreadPool::Create("test", 3);
  for (int64_t total : {0, 1, 2, 11, 12, 13, 1000, 4097}) {
    for (int64_t grain : {0, 1, 7, 5000}) {
      std::vector<std::atomic<int>> hits(total);
      std::atomic<int64_t> calls{0};
      pool->ParallelFor(total, grain, [&](int64_t begin, int64_t end) {
        EXPECT_LT(begin, end);
        EXPECT_TRUE(end - begin >= grain || end == total);
        for (int64_t i = begin; i < end; ++i) ++hits[i];
        ++calls;
      });
      for (auto& hit : hits) ASSERT_EQ(hit, 1);
      if (total <= grain) EXPECT_EQ(calls, total > 0);
    }
  }
}

TEST(ParallelFor, AHugeRangeDoesNotOverflow) {
  auto pool = ThreadPool::Create("test", 2);
  std::atomic<int64_t> sum{0};
  const int64_t total = INT64_MAX;
  pool->ParallelFor(total, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
  EXPECT_EQ(sum, total);
}

TEST(ParallelFor, NestsOnThePoolsOwnThreads) {
  auto pool = ThreadPool::Create("test", 2);
  std::atomic<int64_t> sum{0};
  pool->ParallelFor(8, 1, [&](int64_t, int64_t) {
    pool->ParallelFor(100, 1, [&](int64_t begin, int64_t end) {
      pool->ParallelFor(end - begin, 1, [&](int64_t b, int64_t e) { sum += e - b; });
    });
  });
  EXPECT_EQ(sum % 100, 0);
  EXPECT_GE(sum, 100);
}

// The other threads are all stuck in something else; the caller does it alone.
TEST(ParallelFor, ThrowsHereWhatAnyThreadThrew) {
  auto pool = ThreadPool::Create("test", 4);
  for (int culprit = 0; culprit < 64; ++culprit) {
    std::atomic<int> running{0};
    EXPECT_THROW(pool->ParallelFor(64, 1,
                                   [&](int64_t begin, int64_t end) {
                                     ++running;
                                     const bool mine = begin <= culprit && culprit < end;
                                     if (!mine) std::this_thread::yield();
                                     --running;
                                     if (mine) throw std::bad_alloc();
                                   }),
                 std::bad_alloc);
    EXPECT_EQ(running, 0);
  }
}

TEST(ParallelFor, DoesNotWaitForUnrelatedWork) {
  auto pool = ThreadPool::Create("test", 3);
  Notification go;
  for (int i = 0; i < 3; ++i) pool->Schedule([&] { go.WaitForNotification(); });
  std::atomic<int64_t> sum{0};
  pool->ParallelFor(100, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
  EXPECT_EQ(sum, 100);
  go.Notify();
}

std::atomic<int> inits{0};
thread_local int inits_here = 0;

TEST(ThreadInit, RunsOnceOnEachThreadBeforeItsNextTask) {
  auto pool = ThreadPool::Create("test", 2);
  std::atomic<int> early{0};
  pool->Schedule([&] { ++early; });
  while (early < 1) std::this_thread::yield();
  for (int i = 0; i < 2; ++i) {
    ThreadPool::AddThreadInit([] {
      ++inits;
      ++inits_here;
    });
  }
  std::atomic<int> seen{0};
  for (int i = 0; i < 20; ++i) pool->Schedule([&] { seen += inits_here; });
  while (seen < 20 && seen >= 0) absl::SleepFor(absl::Microseconds(100));
  EXPECT_LE(inits, 4);
  EXPECT_EQ(inits_here, 0);
}

TEST(ProcessPools, AreMadeOnce) {
  EXPECT_EQ(ComputePool(), ComputePool());
  EXPECT_GE(ComputePool()->size(), 1);
  EXPECT_NE(WaitPool(), ComputePool());
  Notification done;
  WaitPool()->Schedule([&] { done.Notify(); });
  done.WaitForNotification();
}

int ExitStatusOfChild(const std::function<int()>& in_child) {
  const pid_t child = fork();
  if (child == 0) exit(in_child());
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ProcessPools, AForkedChildKnowsAndExits) {
#ifdef MILLRACE_SANITIZE
  GTEST_SKIP() << "a sanitizer's own work at exit waits for threads that the child does not have";
#endif
  ComputePool();
  EXPECT_FALSE(ForkedAfterUse());
  EXPECT_EQ(ExitStatusOfChild([] { return ForkedAfterUse() ? 7 : 1; }), 7);
}

}  // namespace
}  // namespace millrace
