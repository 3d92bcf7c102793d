#include "micro/kernels/common/list_part.h"

#include "micro/core/interpreter.h"
#include "micro/kernels/common/strided_copy.h"

namespace millrace::micro {
namespace {

// What SLICE cuts into input i; nullptr when that is an ordinary tensor.
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

Status FindLists(const OpContext& context, JoinedLists* lists) {
  for (int i = 0; i < context.num_inputs(); ++i) {
    const ListPart* part = ListPartOf(context, i);
    if (part == nullptr) continue;
    if (lists->parts == nullptr) {
      MR_TRY(context.AllocateArray(static_cast<size_t>(context.num_inputs()), &lists->parts));
    }
    lists->parts[i] = part;
  }
  return Status::kOk;
}

// The rows of all inputs are as long as the output's.
Status CheckLists(const OpContext& context, const JoinedLists& lists) {
  const Shape whole = context.output().shape();
  const int32_t row = whole.Product(1, whole.rank);
  for (int i = 0; i < context.num_inputs(); ++i) {
    const Shape part = context.input(i).shape();
    const bool fits = lists.parts[i] != nullptr
                          ? lists.parts[i]->row_elements == row
                          : part.rank > 0 && part.Product(1, part.rank) == row;
    MR_ENSURE(context, fits, Status::kInvalidShape, "an input has other rows than the output");
  }
  return Status::kOk;
}

}  // namespace

Status PrepareListJoin(const OpContext& context, JoinedLists* lists) {
  MR_TRY(FindLists(context, lists));
  return lists->parts == nullptr ? Status::kOk : CheckLists(context, *lists);
}

Status JoinLists(const OpContext& context, const JoinedLists& lists) {
  const TensorView output = context.output();
  const int32_t row = output.shape().Product(1, output.rank());
  int64_t rows = 0;
  for (int i = 0; i < context.num_inputs(); ++i) {
    const ListPart* part = lists.parts[i];
    const int32_t count = part != nullptr ? part->rows : context.input(i).dim(0);
    MR_ENSURE(context, rows + count <= output.dim(0), Status::kInvalidShape,
              "the inputs are more than the output");
    StridedCopy copy;
    copy.Add(count * row, 1, 1);
    copy.Run(output.type(), part != nullptr ? part->memory : context.input(i).raw(), 0,
             output.raw(), static_cast<int32_t>(rows) * row);
    rows += count;
  }
  MR_ENSURE(context, rows == output.dim(0), Status::kInvalidShape,
            "the inputs are less than the output");
  return Status::kOk;
}

}  // namespace millrace::micro
