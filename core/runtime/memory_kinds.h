// Which inputs and outputs of a kernel are in host memory, on a device with memory of its own, and
// the copies between.
#ifndef MILLRACE_CORE_RUNTIME_MEMORY_KINDS_H_
#define MILLRACE_CORE_RUNTIME_MEMORY_KINDS_H_

#include <memory>

#include "absl/container/inlined_vector.h"
#include "core/graph/graph.h"
#include "core/graph/op_schema.h"
#include "core/runtime/kernel.h"

namespace millrace {

enum class MemoryKind : uint8_t {
  kDevice,
  kHost,
  kEither,  // known at run time only: an argument of a function
};

using MemoryKinds = absl::InlinedVector<MemoryKind, 4>;

// By flat input and output. Strings, handles and variants are always in host memory.
struct KernelMemory {
  MemoryKinds inputs, outputs;
};
KernelMemory MemoryOf(const Node& node, const KernelRegistration& registration);

// Passes on its input, copied to host or device memory if it is not there.
std::unique_ptr<Kernel> NewCopyKernel(MemoryKind to);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_MEMORY_KINDS_H_
