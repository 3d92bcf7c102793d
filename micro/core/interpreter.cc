// Constructing, invoking, resetting. How memory is made ready is in allocation.cc,
// running a graph's ops in invoke.cc, batches in batch.cc.
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

Status MicroInterpreter::Invoke() {
  if (!allocated_) {
    Error error;
    error.status = Status::kWrongOrder;
    error.reason = MR_WHY("Invoke before AllocateTensors");
    return Report(error);
  }
  return invoke_batch_ == nullptr ? InvokeSubgraph(0) : invoke_batch_(this);
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
