// Dereference: references to variables (v1's VariableV2, Assign and so on) read where a value is
// wanted.
#ifndef MILLRACE_CORE_PASSES_DEREF_H_
#define MILLRACE_CORE_PASSES_DEREF_H_

#include "absl/status/status.h"
#include "core/passes/step_graph.h"

namespace millrace {

// At run time a reference is a handle to a Variable. Each input that wants a value but is joined to
// a reference gets a
// `_ReadRef` (attribute T) in between: a snapshot, taken when the consumer would run, so after its
// control inputs and its other inputs.
absl::Status Dereference(StepGraph* step);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_DEREF_H_
