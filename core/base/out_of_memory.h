// The one place where what the standard library throws becomes a Status: for want of memory.
#ifndef MILLRACE_CORE_BASE_OUT_OF_MEMORY_H_
#define MILLRACE_CORE_BASE_OUT_OF_MEMORY_H_

#include <new>
#include <stdexcept>

#include "absl/status/status.h"

namespace millrace {

// The Status that `f` returns; RESOURCE_EXHAUSTED if a container that `f` made could not have its
// memory, because there is not as much or a size is beyond what containers hold.
template <typename F>
absl::Status OrOutOfMemory(F f) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("Out of memory for a temporary");
  } catch (const std::length_error&) {
    return absl::ResourceExhaustedError("A temporary would be larger than memory can be");
  }
}

}  // namespace millrace

#endif  // MILLRACE_CORE_BASE_OUT_OF_MEMORY_H_
