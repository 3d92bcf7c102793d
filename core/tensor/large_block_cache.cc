#include "core/tensor/large_block_cache.h"

#include <new>

#include "core/tensor/size_class.h"

namespace millrace {

LargeBlockCache::LargeBlockCache(Allocator* upstream, size_t capacity)
    : upstream_(upstream),
      capacity_(capacity),
      heads_(capacity > kLargestSmallBlock ? SizeClass(capacity) - kNumSmallClasses + 1 : 0) {}

LargeBlockCache::~LargeBlockCache() {
  FreeBlock* all;
  {
    MutexLock lock(mu_);
    all = Evict(0);
  }
  GiveBack(all);
}

void* LargeBlockCache::Allocate(size_t size) {
  if (size > capacity_) return upstream_->Allocate(size);
  const int size_class = SizeClass(size);
  {
    MutexLock lock(mu_);
    if (FreeBlock* block = HeadOf(size_class)) {
      Unlink(block);
      return block;
    }
  }
  void* data = upstream_->Allocate(SizeOfClass(size_class));
  if (data != nullptr) return data;
  // Out of memory while blocks of other sizes lie idle: give them back and try once more.
  FreeBlock* all;
  {
    MutexLock lock(mu_);
    all = Evict(0);
  }
  if (all == nullptr) return nullptr;
  GiveBack(all);
  return upstream_->Allocate(SizeOfClass(size_class));
}

void LargeBlockCache::Deallocate(void* data, size_t size) {
  if (size > capacity_) {
    upstream_->Deallocate(data, size);
    return;
  }
  FreeBlock* block = new (data) FreeBlock();
  block->size_class = SizeClass(size);
  FreeBlock* evicted;
  {
    MutexLock lock(mu_);
    Link(block);
    evicted = Evict(capacity_);
  }
  GiveBack(evicted);
}

size_t LargeBlockCache::bytes_cached() const {
  MutexLock lock(mu_);
  return bytes_cached_;
}

LargeBlockCache::FreeBlock*& LargeBlockCache::HeadOf(int size_class) {
  return heads_[size_class - kNumSmallClasses];
}

void LargeBlockCache::Link(FreeBlock* block) {
  FreeBlock*& head = HeadOf(block->size_class);
  block->prev_of_class = nullptr;
  block->next_of_class = head;
  if (head != nullptr) head->prev_of_class = block;
  head = block;

  block->newer = nullptr;
  block->older = newest_;
  (newest_ != nullptr ? newest_->newer : oldest_) = block;
  newest_ = block;
  bytes_cached_ += SizeOfClass(block->size_class);
}

void LargeBlockCache::Unlink(FreeBlock* block) {
  (block->prev_of_class != nullptr ? block->prev_of_class->next_of_class
                                   : HeadOf(block->size_class)) = block->next_of_class;
  if (block->next_of_class != nullptr) block->next_of_class->prev_of_class = block->prev_of_class;
  (block->newer != nullptr ? block->newer->older : newest_) = block->older;
  (block->older != nullptr ? block->older->newer : oldest_) = block->newer;
  bytes_cached_ -= SizeOfClass(block->size_class);
}

LargeBlockCache::FreeBlock* LargeBlockCache::Evict(size_t limit) {
  FreeBlock* chain = nullptr;
  while (bytes_cached_ > limit) {
    FreeBlock* block = oldest_;
    Unlink(block);
    block->next_of_class = chain;
    chain = block;
  }
  return chain;
}

void LargeBlockCache::GiveBack(FreeBlock* chain) {
  while (chain != nullptr) {
    FreeBlock* next = chain->next_of_class;
    upstream_->Deallocate(chain, SizeOfClass(chain->size_class));
    chain = next;
  }
}

}  // namespace millrace
