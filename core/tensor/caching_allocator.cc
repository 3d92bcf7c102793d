#include "core/tensor/caching_allocator.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "core/base/mutex.h"
#include "core/tensor/large_block_cache.h"
#include "core/tensor/size_class.h"
#include "core/tensor/small_block_cache.h"

namespace millrace {
namespace internal {
namespace {

constexpr size_t kCentralCapacity = size_t{256} << 20;
constexpr int64_t kFlushBytes = 64 << 10;

// A sixteenth of the machine, between 256 MiB and 4 GiB: the activations of a training step fit,
// and an idle process does not sit on the memory of its neighbours.
size_t LargeCacheCapacity() {
  const size_t physical =
      static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return std::clamp(physical / 16, size_t{256} << 20, size_t{4} << 30);
}

class CachingAllocator final : public Allocator {
 public:
  CachingAllocator()
      : central_(SystemAllocator(), kCentralCapacity),
        large_(SystemAllocator(), LargeCacheCapacity()) {}

  absl::string_view name() const override { return "cpu"; }
  void* Allocate(size_t size) override;
  void Deallocate(void* data, size_t size) override;
  AllocatorStats stats() const override;

 private:
  // What a thread has: its lists, and the counts that it has not yet added to the shared ones.
  struct PerThread {
    explicit PerThread(CachingAllocator* owner) : blocks(&owner->central_) {}
    ThreadBlockCache blocks;
    std::atomic<int64_t> bytes_in_use{0};
    std::atomic<int64_t> allocations{0};
    PerThread* next = nullptr;
    PerThread* prev = nullptr;
  };
  // Ends a thread's part when the thread ends. Later frees of that thread (other thread-local
  // objects may hold tensors) go to the central lists.
  struct ThreadEnd {
    CachingAllocator* owner = nullptr;
    ~ThreadEnd() {
      if (owner != nullptr) owner->Leave();
    }
  };

  PerThread* Current() {
    PerThread* t = tls_;
    return t != nullptr ? t : Enter();
  }
  PerThread* Enter();
  void Leave();
  void Count(PerThread* thread, int64_t bytes);
  void CountShared(int64_t bytes);

  static thread_local PerThread* tls_;
  static thread_local bool tls_ended_;

  CentralFreeLists central_;
  LargeBlockCache large_;
  std::atomic<int64_t> bytes_in_use_{0};
  std::atomic<int64_t> allocations_{0};
  std::atomic<int64_t> peak_{0};
  mutable Mutex threads_mu_;
  PerThread* threads_ ABSL_GUARDED_BY(threads_mu_) = nullptr;
};

thread_local CachingAllocator::PerThread* CachingAllocator::tls_ = nullptr;
thread_local bool CachingAllocator::tls_ended_ = false;

// Null when the thread is ending.
CachingAllocator::PerThread* CachingAllocator::Enter() {
  if (tls_ended_) return nullptr;
  static thread_local ThreadEnd end;
  PerThread* t = new PerThread(this);
  {
    MutexLock lock(threads_mu_);
    t->next = threads_;
    if (threads_ != nullptr) threads_->prev = t;
    threads_ = t;
  }
  end.owner = this;
  tls_ = t;
  return t;
}

void CachingAllocator::Leave() {
  PerThread* t = tls_;
  tls_ = nullptr;
  tls_ended_ = true;
  CountShared(t->bytes_in_use.load(std::memory_order_relaxed));
  allocations_.fetch_add(t->allocations.load(std::memory_order_relaxed), std::memory_order_relaxed);
  {
    MutexLock lock(threads_mu_);
    (t->prev != nullptr ? t->prev->next : threads_) = t->next;
    if (t->next != nullptr) t->next->prev = t->prev;
  }
  delete t;
}

void CachingAllocator::CountShared(int64_t bytes) {
  const int64_t now = bytes_in_use_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < now && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// Small changes stay with the thread, whose counter only it writes.
void CachingAllocator::Count(PerThread* thread, int64_t bytes) {
  if (thread == nullptr) {
    CountShared(bytes);
    return;
  }
  int64_t sum = thread->bytes_in_use.load(std::memory_order_relaxed) + bytes;
  if (sum > kFlushBytes || sum < -kFlushBytes) {
    CountShared(sum);
    sum = 0;
  }
  thread->bytes_in_use.store(sum, std::memory_order_relaxed);
}

void* CachingAllocator::Allocate(size_t size) {
  PerThread* thread = Current();
  void* data;
  if (size > kLargestSmallBlock) {
    data = large_.Allocate(size);
  } else if (thread != nullptr) {
    data = thread->blocks.Allocate(SizeClass(size));
  } else {
    data = SystemAllocator()->Allocate(SizeOfClass(SizeClass(size)));
  }
  if (data == nullptr) return nullptr;
  if (thread != nullptr) {
    thread->allocations.store(thread->allocations.load(std::memory_order_relaxed) + 1,
                              std::memory_order_relaxed);
  } else {
    allocations_.fetch_add(1, std::memory_order_relaxed);
  }
  Count(thread, static_cast<int64_t>(size));
  return data;
}

void CachingAllocator::Deallocate(void* data, size_t size) {
  PerThread* thread = Current();
  if (size > kLargestSmallBlock) {
    large_.Deallocate(data, size);
  } else if (thread != nullptr) {
    thread->blocks.Deallocate(data, SizeClass(size));
  } else {
    FreeSmallBlock* block = static_cast<FreeSmallBlock*>(data);
    central_.Put(SizeClass(size), block, block, 1);
  }
  Count(thread, -static_cast<int64_t>(size));
}

AllocatorStats CachingAllocator::stats() const {
  AllocatorStats s;
  s.bytes_in_use = bytes_in_use_.load(std::memory_order_relaxed);
  s.num_allocations = allocations_.load(std::memory_order_relaxed);
  s.bytes_cached = static_cast<int64_t>(central_.bytes_cached() + large_.bytes_cached());
  MutexLock lock(threads_mu_);
  for (const PerThread* t = threads_; t != nullptr; t = t->next) {
    s.bytes_in_use += t->bytes_in_use.load(std::memory_order_relaxed);
    s.num_allocations += t->allocations.load(std::memory_order_relaxed);
    s.bytes_cached += t->blocks.bytes_cached();
  }
  s.peak_bytes_in_use = std::max(peak_.load(std::memory_order_relaxed), s.bytes_in_use);
  return s;
}

}  // namespace

Allocator* CachingCpuAllocator() {
  static Allocator* const allocator = new CachingAllocator();
  return allocator;
}

}  // namespace internal
}  // namespace millrace
