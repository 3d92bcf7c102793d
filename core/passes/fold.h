// FoldConstants: what depends on constants only is computed once, when the step is compiled.
#ifndef MILLRACE_CORE_PASSES_FOLD_H_
#define MILLRACE_CORE_PASSES_FOLD_H_

#include <cstddef>

#include "absl/status/status.h"
#include "core/passes/compile_options.h"
#include "core/passes/step_graph.h"

namespace millrace {

// Nodes whose results may be larger, or of a size that is not known before, are not folded.
inline constexpr size_t kMaxFoldedBytes = 1 << 20;

// Folds stateless ops over constants, with `evaluator`; an error of it leaves the node as it is, to
// give the error when it runs. Shape, Size and Rank of tensors of known shape are folded too where
// `shapes_are_certain`: a tensor that is fed in the middle of the graph may be of any shape.
// Control inputs of what is folded become those of the result.
absl::Status FoldConstants(Evaluator evaluator, bool shapes_are_certain, StepGraph* step);

}  // namespace millrace

#endif  // MILLRACE_CORE_PASSES_FOLD_H_
