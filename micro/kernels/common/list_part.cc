#include "micro/kernels/common/list_part.h"

#include "micro/core/interpreter.h"

namespace millrace::micro {

const ListPart* ListPartOf(const OpContext& context, int i) {
  const TensorView input = context.input(i);
  // Ordinary tensors have no memory yet.
  if (input.raw() == nullptr || input.is_variable()) return nullptr;
  const Graph& graph = context.interpreter().graph();
  for (int s = 0; s < graph.model.subgraphs().size(); ++s) {
    const fb::TableVector operators = graph.model.subgraph(s).operators();
    for (int o = 0; o < operators.size(); ++o) {
      const OpRegistration* op = graph.OpOf(operators[o]);
      if (op == nullptr || op->code != BuiltinOp::kSlice) continue;
      const auto* part = static_cast<const ListPart*>(graph.subgraphs[s].op_data[o]);
      if (part != nullptr && part->memory == input.raw()) return part;
    }
  }
  return nullptr;
}

}  // namespace millrace::micro
