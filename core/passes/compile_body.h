// The passes that a function's body goes through before it is run or split.
#ifndef MILLRACE_CORE_PASSES_COMPILE_BODY_H_
#define MILLRACE_CORE_PASSES_COMPILE_BODY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/graph/function_library.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// The body as a step that requires its arguments, its results and its side effects, and nothing
// else.
StepGraph BodyAsStep(FunctionLibrary::Body body);

// For a body that one device runs as a whole: calls in it are inlined, references read, constants
// folded and duplicates merged, as `options` ask for.
absl::StatusOr<std::unique_ptr<Graph>> CompileBody(const CompileOptions& options,
                                                   FunctionLibrary::Body body, Evaluator evaluator);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_COMPILE_BODY_H_
