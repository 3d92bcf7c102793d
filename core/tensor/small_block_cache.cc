#include "core/tensor/small_block_cache.h"

namespace millrace {

FreeSmallBlock* CentralFreeLists::Take(int size_class, int count, int* taken) {
  List& list = lists_[size_class];
  *taken = 0;
  FreeSmallBlock* first;
  {
    MutexLock lock(list.mu);
    first = list.head;
    FreeSmallBlock* last = nullptr;
    for (FreeSmallBlock* b = first; b != nullptr && *taken < count; b = b->next) {
      last = b;
      ++*taken;
    }
    if (last == nullptr) return nullptr;
    list.head = last->next;
    last->next = nullptr;
  }
  bytes_.fetch_sub(static_cast<size_t>(*taken) * SizeOfClass(size_class),
                   std::memory_order_relaxed);
  return first;
}

void CentralFreeLists::Put(int size_class, FreeSmallBlock* first, FreeSmallBlock* last, int count) {
  const size_t block_size = SizeOfClass(size_class);
  const size_t bytes = static_cast<size_t>(count) * block_size;
  if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes > capacity_) {
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    last->next = nullptr;
    while (first != nullptr) {
      FreeSmallBlock* next = first->next;
      upstream_->Deallocate(first, block_size);
      first = next;
    }
    return;
  }
  List& list = lists_[size_class];
  MutexLock lock(list.mu);
  last->next = list.head;
  list.head = first;
}

bool ThreadBlockCache::Refill(int size_class) {
  List& list = lists_[size_class];
  const size_t block_size = SizeOfClass(size_class);
  int taken = 0;
  FreeSmallBlock* chain = central_->Take(size_class, BatchOf(size_class), &taken);
  if (chain == nullptr) {
    chain = static_cast<FreeSmallBlock*>(central_->upstream()->Allocate(block_size));
    if (chain == nullptr) return false;
    chain->next = nullptr;
    taken = 1;
  }
  list.head = chain;
  list.count = taken;
  Add(&bytes_cached_, static_cast<int64_t>(block_size) * taken);
  return true;
}

void ThreadBlockCache::HandIn(int size_class, int count) {
  List& list = lists_[size_class];
  FreeSmallBlock* first = list.head;
  FreeSmallBlock* last = first;
  for (int i = 1; i < count; ++i) last = last->next;
  list.head = last->next;
  list.count -= count;
  Add(&bytes_cached_, -static_cast<int64_t>(SizeOfClass(size_class)) * count);
  central_->Put(size_class, first, last, count);
}

void ThreadBlockCache::Flush() {
  for (int c = 0; c < kNumSmallClasses; ++c) {
    if (lists_[c].count > 0) HandIn(c, lists_[c].count);
  }
}

}  // namespace millrace
