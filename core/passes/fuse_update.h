// Fuses a gradient that is a product of matrices with the step of gradient descent that takes it:
// the product is added to the variable as it is computed, and never stored by itself.
#ifndef MILLRACE_CORE_PASSES_FUSE_UPDATE_H_
#define MILLRACE_CORE_PASSES_FUSE_UPDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/graph/graph.h"

namespace millrace {

// `graph` is one device's share of a step, after partition. Every ResourceApplyGradientDescent that
// alone uses a MatMul becomes, with it, a `_MatMulApplyGradientDescent` of the update's name, where
// that op has a kernel for their type on `device_type` ("CPU"). The sum is rounded once where it
// was rounded twice.
absl::Status FuseUpdates(absl::string_view device_type, Graph* graph);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_FUSE_UPDATE_H_
