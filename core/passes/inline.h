// InlineFunctions: calls replaced by the bodies of the functions they call.
#ifndef MILLRACE_CORE_PASSES_INLINE_H_
#define MILLRACE_CORE_PASSES_INLINE_H_

#include "absl/status/status.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Nodes of the body of call `c` are named c/NODE. What held for the call holds for the body:
// nothing of it runs before the call's control inputs; what waited for the call by a control edge
// waits for all its results and side effects; its side effects happen even if its results are
// unused. Nodes without a device (or with part of one) take the call's.
//
// A call stays a call, and is run natively, if its function or the call itself has the attribute
// _noinline, is recursive, or lies deeper than kMaxInlineDepth calls; or when
// options.inline_functions is off, unless its body asks for devices: then it is inlined, since a
// call runs on one device.
inline constexpr int kMaxInlineDepth = 64;
// Calls stay calls once so many nodes were added: bodies that call each other twice grow
// exponentially.
inline constexpr int kMaxInlinedNodes = 1 << 20;

absl::Status InlineFunctions(const CompileOptions& options, StepGraph* step);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_INLINE_H_
