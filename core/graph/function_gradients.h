// Gradients of the ops that call functions. An op's forward call is first extended: it runs
// versions of its functions that also give what their gradients need; the gradient then is a call
// of backward functions on these. Both are made once, put into the library, and found there again.
#ifndef MILLRACE_CORE_GRAPH_FUNCTION_GRADIENTS_H_
#define MILLRACE_CORE_GRAPH_FUNCTION_GRADIENTS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"

namespace millrace {

// Gradient functions to register: of PartitionedCall, If, Case and their relatives; of While and
// StatelessWhile.
absl::StatusOr<Gradients> BranchOpGradient(Builder& b, const OpView& op,
                                           const Gradients& grad_outputs);
absl::StatusOr<Gradients> WhileGradient(Builder& b, const OpView& op,
                                        const Gradients& grad_outputs);
// Of a function that is used as an op.
absl::StatusOr<Gradients> FunctionAsOpGradient(Builder& b, const OpView& op,
                                               const Gradients& grad_outputs);

// What a call must become so that its gradient can be taken where gradients come for outputs up to
// `last_output`.
struct ExtendedCall {
  AttrMap attrs;
  // Inputs to append: the loop counter (a scalar int32 0), then a new, empty list for each value to
  // accumulate.
  bool has_counter = false;
  std::vector<DType> list_types;
  std::vector<PartialShape> list_shapes;
};

// True for ops that ExtendCall knows.
bool IsExtendableCall(absl::string_view op);
// nullopt if the call can be differentiated as it is. Else the first outputs of the extended call
// are those of the call. UNIMPLEMENTED where a function's gradient cannot be taken.
absl::StatusOr<std::optional<ExtendedCall>> ExtendCall(
    const std::shared_ptr<FunctionLibrary>& library, const Registry& registry, absl::string_view op,
    const AttrMap& attrs, int last_output);
// The inputs to append, made with `b`.
Outputs MakeExtraInputs(Builder& b, const ExtendedCall& call);

// In a graph: extends `node` in place if it is such a call and has to be. `grad_outputs` grows as
// its outputs do.
absl::Status ExtendCallNode(GraphBuilder* b, Node* node, Gradients* grad_outputs);

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_FUNCTION_GRADIENTS_H_
