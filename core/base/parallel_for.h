// The sharing of one loop among a pool's threads; use ThreadPool::ParallelFor.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace millrace {

class ThreadPool;

// ThreadPool::ParallelFor for total > grain >= 1 and a pool of at least two threads. What fn throws
// (for want of memory) is thrown here once all ranges that had begun have returned; no more are
// begun.
void RunInParallel(ThreadPool* pool, int64_t total, int64_t grain,
                   absl::FunctionRef<void(int64_t begin, int64_t end)> fn);

}  // namespace millrace
