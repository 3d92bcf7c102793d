#include "core/tensor/allocator.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "core/tensor/caching_allocator.h"

namespace millrace {
namespace {

#if defined(MILLRACE_SANITIZE) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

constexpr size_t kHugePage = size_t{2} << 20;

size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

size_t PageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// The operating system promises more than it has, and ends the process when the promise is called
// in: a request for more than the machine's memory is refused here, where it can still be an error.
size_t PhysicalBytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * PageSize();
  return bytes;
}

// A mapping of its own that starts on a huge page, so that the first touch of large memory costs
// one fault for 2 MiB.
void* MapHuge(size_t size) {
  const size_t length = RoundUp(size, PageSize());
  const size_t reserved = length + kHugePage;
  void* base = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  const uintptr_t start = reinterpret_cast<uintptr_t>(base);
  const uintptr_t aligned = RoundUp(start, kHugePage);
  if (aligned != start) munmap(base, aligned - start);
  const uintptr_t end = aligned + length;
  if (start + reserved != end) {
    munmap(reinterpret_cast<void*>(end), start + reserved - end);
  }
  void* data = reinterpret_cast<void*>(aligned);
  madvise(data, length, MADV_HUGEPAGE);  // Advice: without it the memory is only slower.
  return data;
}

class SystemAllocatorImpl final : public Allocator {
 public:
  absl::string_view name() const override { return "system"; }

  void* Allocate(size_t size) override {
    if (size > PhysicalBytes()) return nullptr;
    void* data = nullptr;
    if (UsesMap(size)) {
      data = MapHuge(size);
    } else if (posix_memalign(&data, kAlignment, size) != 0) {
      data = nullptr;
    }
    if (data != nullptr) Count(size);
    return data;
  }

  void Deallocate(void* data, size_t size) override {
    if (UsesMap(size)) {
      munmap(data, RoundUp(size, PageSize()));
    } else {
      free(data);
    }
    bytes_in_use_.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
  }

  AllocatorStats stats() const override {
    AllocatorStats s;
    s.bytes_in_use = bytes_in_use_.load(std::memory_order_relaxed);
    s.peak_bytes_in_use = peak_.load(std::memory_order_relaxed);
    s.num_allocations = num_allocations_.load(std::memory_order_relaxed);
    return s;
  }

 private:
  // A sanitizer sees out-of-bounds accesses and leaks of the heap, not of mappings.
  static bool UsesMap(size_t size) { return !kSanitized && size >= kHugePage; }

  void Count(size_t size) {
    num_allocations_.fetch_add(1, std::memory_order_relaxed);
    const int64_t now =
        bytes_in_use_.fetch_add(static_cast<int64_t>(size)) + static_cast<int64_t>(size);
    int64_t peak = peak_.load(std::memory_order_relaxed);
    while (peak < now && !peak_.compare_exchange_weak(peak, now)) {
    }
  }

  std::atomic<int64_t> bytes_in_use_{0};
  std::atomic<int64_t> peak_{0};
  std::atomic<int64_t> num_allocations_{0};
};

}  // namespace

Allocator* SystemAllocator() {
  // Never destroyed: tensors of static storage may outlive everything else.
  static Allocator* const allocator = new SystemAllocatorImpl();
  return allocator;
}

Allocator* CpuAllocator() {
  if (kSanitized) return SystemAllocator();
  return internal::CachingCpuAllocator();
}

}  // namespace millrace
