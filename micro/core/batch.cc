// Several examples an Invoke. Reached through pointers that ResizeInputBatch sets, so that an image
// without batches has none of this.
#include "micro/core/interpreter.h"
#include "micro/core/lifetimes.h"

namespace millrace::micro {
namespace {

Status Refuse(const char* why, Error* error) {
  error->status = Status::kUnsupported;
  error->reason = why;
  return error->status;
}

Status KeepToTheEnd(const Graph& graph, const Lifetimes& lifetimes, fb::Vector<int32_t> tensors,
                    int batch, Error* error) {
  for (int i = 0; i < tensors.size(); ++i) {
    PlanEntry* entry = lifetimes.EntryOf(graph.subgraphs[0].tensors[tensors[i]]);
    // An input that is an output too is met twice.
    if (entry == nullptr || (entry->first == 0 && entry->last == UINT16_MAX)) continue;
    entry->first = 0;
    entry->last = UINT16_MAX;
    const uint64_t bytes = uint64_t{entry->size} * static_cast<uint64_t>(batch);
    if (bytes > INT32_MAX) {
      return Refuse(MR_WHY("the batch makes a tensor too large"), error);
    }
    entry->size = static_cast<uint32_t>(bytes);
  }
  return Status::kOk;
}

// Examples may not know of each other.
Status RefuseState(const Graph& graph, int subgraph, Error* error) {
  const SubgraphView view = graph.model.subgraph(subgraph);
  error->subgraph = subgraph;
  for (int i = 0; i < view.tensors().size(); ++i) {
    error->tensor_index = i;
    if (TensorView(view.tensors()[i], nullptr).is_variable()) {
      return Refuse(MR_WHY("a model with variables runs one example at a time"), error);
    }
  }
  error->tensor_index = -1;
  for (int i = 0; i < view.operators().size(); ++i) {
    error->op_index = i;
    if (graph.OpOf(view.operators()[i])->reset != nullptr) {
      return Refuse(MR_WHY("an op that keeps state runs one example at a time"), error);
    }
  }
  error->op_index = error->subgraph = -1;
  return Status::kOk;
}

Status FitBatch(const Graph& graph, const Lifetimes& lifetimes, int batch, Error* error) {
  const SubgraphView main = graph.model.subgraph(0);
  for (int s = 0; s < graph.model.subgraphs().size(); ++s) MR_TRY(RefuseState(graph, s, error));
  MR_TRY(KeepToTheEnd(graph, lifetimes, main.inputs(), batch, error));
  return KeepToTheEnd(graph, lifetimes, main.outputs(), batch, error);
}

// Moves the data of the main graph's inputs and outputs on by `examples`. A tensor that is both, or
// listed twice, moves once; an output that is a constant stays.
void MoveOn(const ModelView& model, void** tensors, int examples) {
  const SubgraphView main = model.subgraph(0);
  const auto inputs = main.inputs();
  const auto outputs = main.outputs();
  const int count = inputs.size() + outputs.size();
  const auto at = [&](int i) { return i < inputs.size() ? inputs[i] : outputs[i - inputs.size()]; };
  for (int i = 0; i < count; ++i) {
    bool seen = false;
    for (int j = 0; j < i; ++j) seen |= at(j) == at(i);
    if (seen) continue;
    const fb::Table table = main.tensors()[at(i)];
    if (model.buffer(table.Scalar<uint32_t>(field::Tensor::kBuffer)).size() > 0) continue;
    const TensorView tensor(table, nullptr);
    auto*& data = reinterpret_cast<uint8_t*&>(tensors[at(i)]);
    data += static_cast<ptrdiff_t>(tensor.bytes()) * examples;
  }
}

}  // namespace

Status MicroInterpreter::ResizeInputBatch(int batch) {
  Error error;
  if (tried_) {
    error.status = Status::kWrongOrder;
    error.reason = MR_WHY("the batch is set before AllocateTensors");
    return Report(error);
  }
  if (batch < 1) {
    error.status = Status::kInvalidArgument;
    error.reason = MR_WHY("a batch has at least one example");
    return Report(error);
  }
  batch_ = batch;
  invoke_batch_ = batch > 1 ? InvokeBatch : nullptr;
  fit_batch_ = batch > 1 ? FitBatch : nullptr;
  return Status::kOk;
}

Status MicroInterpreter::InvokeBatch(MicroInterpreter* it) {
  void** tensors = it->graph_.subgraphs[0].tensors;
  Status status = Status::kOk;
  int done = 0;
  for (; done < it->batch_ && status == Status::kOk; ++done) {
    status = it->InvokeSubgraph(0);
    MoveOn(it->graph_.model, tensors, 1);
  }
  MoveOn(it->graph_.model, tensors, -done);
  return status;
}

}  // namespace millrace::micro
