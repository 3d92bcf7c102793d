// The thread-local part of the caching allocator: free blocks up to kLargestSmallBlock.
#ifndef MILLRACE_CORE_TENSOR_SMALL_BLOCK_CACHE_H_
#define MILLRACE_CORE_TENSOR_SMALL_BLOCK_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/mutex.h"
#include "core/tensor/allocator.h"
#include "core/tensor/size_class.h"

namespace millrace {

// A free block; the link lives in the block itself.
struct FreeSmallBlock {
  FreeSmallBlock* next;
};

// Blocks that threads have given up, by class: a thread that only frees hands them in, a thread
// that only allocates fetches them, a batch at a time. Thread-safe.
class CentralFreeLists {
 public:
  // Over `capacity` bytes in all, blocks handed in go back to `upstream`, which must outlive this
  // object.
  CentralFreeLists(Allocator* upstream, size_t capacity)
      : upstream_(upstream), capacity_(capacity) {}

  // Up to `count` blocks of the class, chained; sets `*taken`. Null if there is none.
  FreeSmallBlock* Take(int size_class, int count, int* taken);
  // Hands in the chain of `count` blocks from `first` to `last`.
  void Put(int size_class, FreeSmallBlock* first, FreeSmallBlock* last, int count);

  size_t bytes_cached() const { return bytes_.load(std::memory_order_relaxed); }
  Allocator* upstream() const { return upstream_; }

 private:
  struct List {
    Mutex mu;
    FreeSmallBlock* head ABSL_GUARDED_BY(mu) = nullptr;
  };

  Allocator* const upstream_;
  const size_t capacity_;
  std::array<List, kNumSmallClasses> lists_;
  std::atomic<size_t> bytes_{0};
};

// One thread's free lists. Only its thread calls it, except for the counters. Never touches a lock
// while the lists serve; never goes to the operating system while the central lists serve.
class ThreadBlockCache {
 public:
  explicit ThreadBlockCache(CentralFreeLists* central) : central_(central) {}
  ~ThreadBlockCache() { Flush(); }
  ThreadBlockCache(const ThreadBlockCache&) = delete;
  ThreadBlockCache& operator=(const ThreadBlockCache&) = delete;

  // A block of SizeOfClass(size_class) bytes; null when out of memory.
  void* Allocate(int size_class) {
    List& list = lists_[size_class];
    if (list.head == nullptr && !Refill(size_class)) return nullptr;
    FreeSmallBlock* block = list.head;
    list.head = block->next;
    --list.count;
    Add(&bytes_cached_, -static_cast<int64_t>(SizeOfClass(size_class)));
    return block;
  }

  void Deallocate(void* data, int size_class) {
    List& list = lists_[size_class];
    FreeSmallBlock* block = static_cast<FreeSmallBlock*>(data);
    block->next = list.head;
    list.head = block;
    Add(&bytes_cached_, static_cast<int64_t>(SizeOfClass(size_class)));
    if (++list.count > 2 * BatchOf(size_class)) HandIn(size_class, BatchOf(size_class));
  }

  // Hands everything to the central lists.
  void Flush();

  int64_t bytes_cached() const { return bytes_cached_.load(std::memory_order_relaxed); }

  // Blocks that move between a thread and the central lists at once.
  static int BatchOf(int size_class) {
    const size_t n = kLargestSmallBlock / SizeOfClass(size_class);
    return static_cast<int>(n < 2 ? 2 : n > 64 ? 64 : n);
  }

 private:
  struct List {
    FreeSmallBlock* head = nullptr;
    int count = 0;
  };

  // Only the owning thread writes, so that a plain load and store do.
  static void Add(std::atomic<int64_t>* counter, int64_t n) {
    counter->store(counter->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  bool Refill(int size_class);
  void HandIn(int size_class, int count);

  CentralFreeLists* const central_;
  std::array<List, kNumSmallClasses> lists_;
  std::atomic<int64_t> bytes_cached_{0};
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_SMALL_BLOCK_CACHE_H_
