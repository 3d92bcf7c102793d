// The shared part of the caching allocator: free blocks over kLargestSmallBlock, kept by size
// class.
#ifndef MILLRACE_CORE_TENSOR_LARGE_BLOCK_CACHE_H_
#define MILLRACE_CORE_TENSOR_LARGE_BLOCK_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/mutex.h"
#include "core/tensor/allocator.h"

namespace millrace {

// Thread-safe. Keeps at most `capacity` bytes; the block that lay unused longest goes back to
// `upstream` first. Requests over `capacity` go straight through. The links live inside the free
// blocks themselves.
class LargeBlockCache {
 public:
  // `upstream` must outlive the cache.
  LargeBlockCache(Allocator* upstream, size_t capacity);
  ~LargeBlockCache();  // gives back what is cached
  LargeBlockCache(const LargeBlockCache&) = delete;
  LargeBlockCache& operator=(const LargeBlockCache&) = delete;

  // As Allocator's. REQUIRES: size > kLargestSmallBlock.
  void* Allocate(size_t size);
  void Deallocate(void* data, size_t size);

  size_t bytes_cached() const;

 private:
  struct FreeBlock {
    FreeBlock* next_of_class;
    FreeBlock* prev_of_class;
    FreeBlock* newer;
    FreeBlock* older;
    int size_class;
  };

  FreeBlock*& HeadOf(int size_class) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Link(FreeBlock* block) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Unlink(FreeBlock* block) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes blocks out, oldest first, until the rest is within the limit; returns them chained by
  // next_of_class.
  FreeBlock* Evict(size_t limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GiveBack(FreeBlock* chain);

  Allocator* const upstream_;
  const size_t capacity_;

  mutable Mutex mu_;
  std::vector<FreeBlock*> heads_ ABSL_GUARDED_BY(mu_);  // by class, most recently freed first
  FreeBlock* newest_ ABSL_GUARDED_BY(mu_) = nullptr;
  FreeBlock* oldest_ ABSL_GUARDED_BY(mu_) = nullptr;
  size_t bytes_cached_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_LARGE_BLOCK_CACHE_H_
