#include "core/base/random_id.h"

#include <pthread.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace millrace {
namespace {

// Counts forks of this process and its ancestors, so that a thread's generator knows that it was
// copied.
std::atomic<uint32_t> fork_generation{1};

uint64_t Seed() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_generation.fetch_add(1); });
  (void)registered;
  uint64_t seed;
  if (getrandom(&seed, sizeof(seed), 0) == sizeof(seed)) return seed;
  // A kernel without getrandom: time, process and stack address differ at least between processes.
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t{static_cast<uint32_t>(now.tv_nsec)} << 32 ^ static_cast<uint64_t>(now.tv_sec)) *
             0x9e3779b97f4a7c15u ^
         static_cast<uint64_t>(getpid()) << 40 ^ reinterpret_cast<uintptr_t>(&seed);
}

struct Generator {
  uint64_t state = 0;
  uint32_t generation = 0;
};

}  // namespace

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): a
// bijection of a counter, so one thread never repeats itself.
uint64_t RandomId() {
  thread_local Generator generator;
  uint64_t z = 0;
  while (z == 0) {
    const uint32_t generation = fork_generation.load(std::memory_order_relaxed);
    if (generator.generation != generation) generator = {Seed(), generation};
    z = generator.state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
  }
  return z;
}

}  // namespace millrace
