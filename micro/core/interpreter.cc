// Constructing, invoking, resetting. How memory is made ready is in allocation.cc,
// running a graph's ops in invoke.cc.
#include "micro/core/interpreter.h"

namespace millrace::micro {

MicroInterpreter::MicroInterpreter(const void* model, size_t model_size, const OpResolver& resolver,
                                   void* arena, size_t arena_size,
                                   const InterpreterOptions& options)
    : model_bytes_(static_cast<const uint8_t*>(model)),
      model_size_(model_size),
      resolver_(resolver),
      own_arena_(arena, arena_size),
      arena_(&own_arena_),
      options_(options) {}

MicroInterpreter::MicroInterpreter(const void* model, size_t model_size, const OpResolver& resolver,
                                   Arena* arena, const InterpreterOptions& options)
    : model_bytes_(static_cast<const uint8_t*>(model)),
      model_size_(model_size),
      resolver_(resolver),
      own_arena_(nullptr, 0),
      arena_(arena),
      options_(options) {}

Status MicroInterpreter::Report(const Error& error) {
  error_ = error;
  if (options_.errors.report != nullptr) options_.errors.report(options_.errors.user, error_);
  return error.status;
}

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
  return Status::kOk;
}

Status MicroInterpreter::Invoke() {
  if (!allocated_) {
    Error error;
    error.status = Status::kWrongOrder;
    error.reason = MR_WHY("Invoke before AllocateTensors");
    return Report(error);
  }
  return batch_ == 1 ? InvokeSubgraph(0) : InvokeBatch();
}

namespace {

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

Status MicroInterpreter::InvokeBatch() {
  void** tensors = graph_.subgraphs[0].tensors;
  Status status = Status::kOk;
  int done = 0;
  for (; done < batch_ && status == Status::kOk; ++done) {
    status = InvokeSubgraph(0);
    MoveOn(graph_.model, tensors, 1);
  }
  MoveOn(graph_.model, tensors, -done);
  return status;
}

Status MicroInterpreter::Reset() {
  if (!allocated_) {
    Error error;
    error.status = Status::kWrongOrder;
    error.reason = MR_WHY("Reset before AllocateTensors");
    return Report(error);
  }
  for (ResourceVariable* v = variables_; v != nullptr; v = v->next) {
    if (v->data != nullptr) __builtin_memset(v->data, 0, v->bytes);
  }
  for (int s = 0; s < graph_.model.subgraphs().size(); ++s) {
    const int tensors = graph_.model.subgraph(s).tensors().size();
    for (int i = 0; i < tensors; ++i) {
      const TensorView view = tensor(s, i);
      if (!view.is_variable()) continue;
      // The real value 0, which for one-byte types is the zero point.
      const int zero = view.type() == TensorType::kInt8 ? view.zero_point() : 0;
      __builtin_memset(view.raw(), zero, view.bytes());
    }
    OpContext context(this, s);
    for (int i = 0; i < context.operators_.size(); ++i) {
      context.MoveTo(i);
      const OpRegistration& op = *graph_.ops[context.code_index()];
      if (op.reset != nullptr) op.reset(context);
    }
  }
  return Status::kOk;
}

ResourceVariable* MicroInterpreter::Variable(int32_t id) const {
  for (ResourceVariable* v = variables_; v != nullptr; v = v->next) {
    if (v->id == id) return v;
  }
  return nullptr;
}

}  // namespace millrace::micro
