#include "core/base/random_id.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "absl/container/flat_hash_set.h"

namespace millrace {
namespace {

TEST(RandomId, NeverRepeatsAcrossThreads) {
  absl::flat_hash_set<uint64_t> seen;
  for (int t = 0; t < 4; ++t) {
    std::thread([&] {
      for (int i = 0; i < 1000; ++i) seen.insert(RandomId());
    }).join();
  }
  EXPECT_EQ(seen.size(), 4000);
  EXPECT_FALSE(seen.contains(0));
}

TEST(RandomId, EveryBitVaries) {
  uint64_t ones = 0, zeros = 0;
  for (int i = 0; i < 200; ++i) {
    const uint64_t id = RandomId();
    ones |= id;
    zeros |= ~id;
  }
  EXPECT_EQ(ones, ~uint64_t{0});
  EXPECT_EQ(zeros, ~uint64_t{0});
}

TEST(RandomId, AForkedChildDrawsOthers) {
  RandomId();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const uint64_t id = RandomId();
    _exit(write(ends[1], &id, sizeof(id)) == sizeof(id) ? 0 : 1);
  }
  uint64_t theirs = 0;
  ASSERT_EQ(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
  EXPECT_NE(RandomId(), theirs);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace millrace
