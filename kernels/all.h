// Every op this library has.
#ifndef MILLRACE_KERNELS_ALL_H_
#define MILLRACE_KERNELS_ALL_H_

#include "absl/status/status.h"
#include "core/graph/registry.h"

namespace millrace {

// Adds the ops of all families, with their kernels. The first error ends it.
absl::Status RegisterAllKernels(Registry& r);

// A registry that holds them all, made at the first call; it lives for ever. Plug-ins may add to
// it. Thread-safe.
Registry& BuiltinRegistry();

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ALL_H_
