// Whether a kernel's registration fits the op it is for.
#ifndef MILLRACE_CORE_GRAPH_KERNEL_CHECK_H_
#define MILLRACE_CORE_GRAPH_KERNEL_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "core/graph/op_schema.h"

namespace millrace {

// INVALID_ARGUMENT for a registration without device type or factory, or one that names attributes,
// types or arguments that the op does not have; ALREADY_EXISTS if one of the first `num_before`
// kernels of the op is for the same.
absl::Status CheckKernel(const OpSchema& op, const KernelRegistration& kernel, size_t num_before);

// "CPU: T=float, Tidx=int32".
std::string KernelText(const KernelRegistration& kernel);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_KERNEL_CHECK_H_
