// Random identifiers.
#pragma once

#include <cstdint>

namespace millrace {

// A random 64-bit number, never 0, for ids of steps, tasks and incarnations. Not for secrets. Any
// thread; a forked child draws other numbers than its parent.
uint64_t RandomId();

}  // namespace millrace
