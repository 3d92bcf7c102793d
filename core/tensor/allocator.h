// Memory for tensors. An allocator belongs to a device's memory; buffers remember theirs.
#ifndef MILLRACE_CORE_TENSOR_ALLOCATOR_H_
#define MILLRACE_CORE_TENSOR_ALLOCATOR_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace millrace {

struct AllocatorStats {
  int64_t bytes_in_use = 0;
  int64_t peak_bytes_in_use = 0;
  int64_t num_allocations = 0;
  int64_t bytes_cached = 0;
};

// Thread-safe. Alignment is kAlignment for every block.
class Allocator {
 public:
  static constexpr size_t kAlignment = 64;

  virtual ~Allocator() = default;
  virtual absl::string_view name() const = 0;
  // Null when the memory is not to be had; the caller turns that into RESOURCE_EXHAUSTED. size > 0.
  virtual void* Allocate(size_t size) = 0;
  // `size` is what Allocate was called with.
  virtual void Deallocate(void* data, size_t size) = 0;
  // True if the CPU may read and write the memory directly.
  virtual bool host_accessible() const { return true; }
  virtual AllocatorStats stats() const { return {}; }
};

// Plain aligned memory of the operating system, no cache.
Allocator* SystemAllocator();
// Size-class cache in front of the system allocator: thread-local for small blocks, shared for
// large ones; hands everything straight through under a sanitizer. The default of the CPU device
// and of host-side tensors.
Allocator* CpuAllocator();

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_ALLOCATOR_H_
