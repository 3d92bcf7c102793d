#include "core/tensor/allocator.h"

#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "core/tensor/large_block_cache.h"
#include "core/tensor/size_class.h"
#include "core/tensor/small_block_cache.h"
#include "gtest/gtest.h"

namespace millrace {
namespace {

bool PassesThrough() { return CpuAllocator() == SystemAllocator(); }

// Plain memory, with a record of what is out and a switch that makes it fail.
class FakeAllocator : public Allocator {
 public:
  ~FakeAllocator() override { EXPECT_TRUE(live.empty()) << live.size() << " blocks leaked"; }
  absl::string_view name() const override { return "fake"; }
  void* Allocate(size_t size) override {
    ++allocations;
    if (in_use + size > limit) return nullptr;
    void* data = aligned_alloc(kAlignment, (size + 63) / 64 * 64);
    live[data] = size;
    in_use += size;
    return data;
  }
  void Deallocate(void* data, size_t size) override {
    ASSERT_EQ(live.count(data), 1u);
    EXPECT_EQ(live[data], size);
    live.erase(data);
    in_use -= size;
    free(data);
  }
  std::map<void*, size_t> live;
  size_t in_use = 0;
  size_t limit = SIZE_MAX;
  int allocations = 0;
};

TEST(SizeClassTest, BlocksHoldTheirSizesWithLittleSlack) {
  for (int c = 0; c < 300; ++c) {
    EXPECT_EQ(SizeOfClass(c) % Allocator::kAlignment, 0u);
    EXPECT_EQ(SizeClass(SizeOfClass(c)), c);
    EXPECT_EQ(SizeClass(SizeOfClass(c) + 1), c + 1);
  }
  for (size_t n = 1; n < (1u << 20); n += n / 37 + 1) {
    const size_t block = SizeOfClass(SizeClass(n));
    EXPECT_GE(block, n);
    EXPECT_LE(block - n, std::max<size_t>(63, n / 8 + 1)) << n;
  }
}

TEST(SystemAllocatorTest, AlignsAndCounts) {
  Allocator* const a = SystemAllocator();
  for (const size_t size : {size_t{1}, size_t{1000}, size_t{3} << 20}) {
    const AllocatorStats before = a->stats();
    char* data = static_cast<char*>(a->Allocate(size));
    ASSERT_NE(data, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % Allocator::kAlignment, 0u);
    std::memset(data, 1, size);
    EXPECT_EQ(a->stats().bytes_in_use - before.bytes_in_use, static_cast<int64_t>(size));
    EXPECT_EQ(a->stats().num_allocations - before.num_allocations, 1);
    EXPECT_GE(a->stats().peak_bytes_in_use, a->stats().bytes_in_use);
    a->Deallocate(data, size);
    EXPECT_EQ(a->stats().bytes_in_use, before.bytes_in_use);
  }
}

TEST(SystemAllocatorTest, RefusesWhatNoMachineHas) {
  EXPECT_EQ(SystemAllocator()->Allocate(size_t{1} << 50), nullptr);
  EXPECT_EQ(CpuAllocator()->Allocate(size_t{1} << 50), nullptr);
  EXPECT_EQ(CpuAllocator()->Allocate(size_t{1} << 62), nullptr);
}

TEST(CpuAllocatorTest, LargeMemoryStartsOnAHugePage) {
  if (PassesThrough()) GTEST_SKIP() << "a sanitizer sees every block";
  const size_t size = size_t{8} << 20;
  void* data = CpuAllocator()->Allocate(size);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % (size_t{2} << 20), 0u);
  CpuAllocator()->Deallocate(data, size);
}

TEST(CpuAllocatorTest, SteadyStateDoesNotReachTheSystem) {
  if (PassesThrough()) GTEST_SKIP() << "a sanitizer sees every block";
  Allocator* const a = CpuAllocator();
  const std::vector<size_t> sizes = {16, 64, 300, 4096, 60000, 70000, 1u << 20, 9u << 20};
  auto step = [&] {
    std::vector<std::pair<void*, size_t>> live;
    for (int i = 0; i < 50; ++i) {
      for (const size_t size : sizes) {
        if (i > 2 && size > 100000) continue;
        live.emplace_back(a->Allocate(size), size);
        ASSERT_NE(live.back().first, nullptr);
      }
    }
    for (auto& [data, size] : live) a->Deallocate(data, size);
  };
  step();
  const int64_t before = SystemAllocator()->stats().num_allocations;
  for (int i = 0; i < 100; ++i) step();
  EXPECT_EQ(SystemAllocator()->stats().num_allocations, before);
}

TEST(CpuAllocatorTest, SteadyStateAlsoWhenAnotherThreadFrees) {
  if (PassesThrough()) GTEST_SKIP() << "a sanitizer sees every block";
  Allocator* const a = CpuAllocator();
  constexpr int kBlocks = 500;
  constexpr size_t kSize = 2000;
  auto produce_and_hand_over = [&] {
    std::vector<void*> blocks;
    for (int i = 0; i < kBlocks; ++i) blocks.push_back(a->Allocate(kSize));
    std::thread consumer([&] {
      for (void* b : blocks) a->Deallocate(b, kSize);
    });
    consumer.join();
  };
  produce_and_hand_over();
  produce_and_hand_over();
  const int64_t before = SystemAllocator()->stats().num_allocations;
  for (int i = 0; i < 20; ++i) produce_and_hand_over();
  EXPECT_EQ(SystemAllocator()->stats().num_allocations, before);
}

TEST(CpuAllocatorTest, CountsWhatIsInUse) {
  Allocator* const a = CpuAllocator();
  const AllocatorStats before = a->stats();
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(a->Allocate(10000));
  void* large = a->Allocate(1 << 20);
  AllocatorStats now = a->stats();
  EXPECT_EQ(now.bytes_in_use - before.bytes_in_use, 100 * 10000 + (1 << 20));
  EXPECT_EQ(now.num_allocations - before.num_allocations, 101);
  EXPECT_GE(now.peak_bytes_in_use, now.bytes_in_use);
  std::thread other([&] {
    for (void* b : blocks) a->Deallocate(b, 10000);
    a->Deallocate(large, 1 << 20);
  });
  other.join();
  EXPECT_EQ(a->stats().bytes_in_use, before.bytes_in_use);
  EXPECT_GE(a->stats().peak_bytes_in_use, now.bytes_in_use);
}

TEST(CpuAllocatorTest, BlocksAreAlignedDistinctAndKeptApartUnderThreads) {
  Allocator* const a = CpuAllocator();
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    struct Block {
      unsigned char* data;
      size_t size;
      unsigned char mark;
    };
    std::vector<Block> live;
    for (int i = 0; i < 5000; ++i) {
      if (live.size() > 40 || (!live.empty() && random() % 2 == 0)) {
        const size_t at = random() % live.size();
        const Block b = live[at];
        ASSERT_EQ(b.data[0], b.mark);
        ASSERT_EQ(b.data[b.size - 1], b.mark);
        a->Deallocate(b.data, b.size);
        live[at] = live.back();
        live.pop_back();
      } else {
        const size_t size = 1 + (random() % 200000) / (1 + random() % 1000);
        unsigned char* data = static_cast<unsigned char*>(a->Allocate(size));
        ASSERT_EQ(reinterpret_cast<uintptr_t>(data) % Allocator::kAlignment, 0u);
        const unsigned char mark = static_cast<unsigned char>(random());
        data[0] = data[size - 1] = mark;
        live.push_back({data, size, mark});
      }
    }
    for (const Block& b : live) a->Deallocate(b.data, b.size);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& t : threads) t.join();
}

// A thread-local object that outlives the thread's cache frees into the central lists.
TEST(CpuAllocatorTest, AThreadMayFreeWhileItEnds) {
  struct Holder {
    void* data = nullptr;
    ~Holder() {
      if (data != nullptr) CpuAllocator()->Deallocate(data, 128);
      void* more = CpuAllocator()->Allocate(64);
      CpuAllocator()->Deallocate(more, 64);
    }
  };
  const int64_t before = CpuAllocator()->stats().bytes_in_use;
  std::thread t([] {
    static thread_local Holder holder;  // constructed before the cache, so destroyed after it
    holder.data = nullptr;
    holder.data = CpuAllocator()->Allocate(128);
  });
  t.join();
  EXPECT_EQ(CpuAllocator()->stats().bytes_in_use, before);
}

TEST(LargeBlockCacheTest, ReusesBlocksOfAClass) {
  FakeAllocator upstream;
  LargeBlockCache cache(&upstream, 10 << 20);
  void* a = cache.Allocate(100000);
  cache.Deallocate(a, 100000);
  EXPECT_GE(cache.bytes_cached(), 100000u);
  EXPECT_EQ(cache.Allocate(100001), a);
  EXPECT_EQ(upstream.allocations, 1);
  EXPECT_EQ(cache.bytes_cached(), 0u);
  cache.Deallocate(a, 100001);
}

TEST(LargeBlockCacheTest, TheOldestBlockGoesFirst) {
  FakeAllocator upstream;
  const size_t block = SizeOfClass(SizeClass(1 << 20));
  LargeBlockCache cache(&upstream, 3 * block);
  std::vector<void*> blocks;
  for (int i = 0; i < 4; ++i) blocks.push_back(cache.Allocate(block));
  for (void* b : blocks) cache.Deallocate(b, block);
  EXPECT_EQ(cache.bytes_cached(), 3 * block);
  EXPECT_EQ(upstream.live.count(blocks[0]), 0u);
  EXPECT_EQ(upstream.live.count(blocks[1]), 1u);
  EXPECT_EQ(cache.Allocate(block), blocks[3]);  // the warmest
  cache.Deallocate(blocks[3], block);
}

TEST(LargeBlockCacheTest, WhatExceedsTheCapacityGoesThrough) {
  FakeAllocator upstream;
  LargeBlockCache cache(&upstream, 1 << 20);
  void* a = cache.Allocate(2000001);
  EXPECT_EQ(upstream.live[a], 2000001u);
  cache.Deallocate(a, 2000001);
  EXPECT_TRUE(upstream.live.empty());
}

TEST(LargeBlockCacheTest, IdleBlocksAreGivenBackBeforeMemoryRunsOut) {
  FakeAllocator upstream;
  upstream.limit = 3 << 20;
  LargeBlockCache cache(&upstream, 10 << 20);
  void* a = cache.Allocate(2 << 20);
  cache.Deallocate(a, 2 << 20);
  void* b = cache.Allocate(3 << 20);
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(cache.Allocate(1 << 20), nullptr);
  cache.Deallocate(b, 3 << 20);
}

TEST(SmallBlockCacheTest, AFullCentralListGivesBack) {
  FakeAllocator upstream;
  {
    CentralFreeLists central(&upstream, 4096);
    const int c = SizeClass(1024);
    {
      ThreadBlockCache thread(&central);
      std::vector<void*> blocks;
      for (int i = 0; i < 300; ++i) blocks.push_back(thread.Allocate(c));
      EXPECT_EQ(upstream.live.size(), 300u);
      for (void* b : blocks) thread.Deallocate(b, c);
      EXPECT_LE(thread.bytes_cached(), 2 * 64 * 1024);
      EXPECT_LE(central.bytes_cached(), 4096u);
      EXPECT_LT(upstream.live.size(), 300u);
    }
    int taken;
    FreeSmallBlock* chain = central.Take(c, 100, &taken);
    EXPECT_LE(taken, 4);
    while (chain != nullptr) {
      FreeSmallBlock* next = chain->next;
      upstream.Deallocate(chain, SizeOfClass(c));
      chain = next;
    }
  }
}

}  // namespace
}  // namespace millrace
