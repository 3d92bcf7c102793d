// SpliceBody: one call replaced by the body of the function it calls.
#ifndef MILLRACE_CORE_PASSES_SPLICE_BODY_H_
#define MILLRACE_CORE_PASSES_SPLICE_BODY_H_

#include <vector>

#include "absl/status/status.h"
#include "core/graph/function_library.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Copies `body` into the graph in the place of `call`, which is gone on success, as inline.h tells.
// `added` are the nodes that came. REQUIRES: as many arguments and results as the call has inputs
// and outputs.
absl::Status SpliceBody(const FunctionLibrary::Body& body, Node* call, StepGraph* step,
                        std::vector<Node*>* added);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_SPLICE_BODY_H_
