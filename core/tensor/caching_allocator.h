// The allocator behind CpuAllocator(): size classes, thread-local lists for small blocks, a shared
// cache for large.
#ifndef MILLRACE_CORE_TENSOR_CACHING_ALLOCATOR_H_
#define MILLRACE_CORE_TENSOR_CACHING_ALLOCATOR_H_

#include "core/tensor/allocator.h"

namespace millrace {
namespace internal {

// One a process, since its lists belong to threads; never destroyed. In steady state it does not
// reach the system allocator, so neither a system call nor a page fault is paid for a buffer. Its
// statistics count the bytes asked for; while other threads allocate they are exact to 64 KiB a
// thread.
Allocator* CachingCpuAllocator();

}  // namespace internal
}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_CACHING_ALLOCATOR_H_
