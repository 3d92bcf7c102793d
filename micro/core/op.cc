#include "micro/core/op.h"

#include "micro/core/interpreter.h"

namespace millrace::micro {

OpContext::OpContext(MicroInterpreter* interpreter, int subgraph)
    : interpreter_(interpreter),
      tables_(interpreter->graph_.model.subgraph(subgraph).tensors()),
      operators_(interpreter->graph_.model.subgraph(subgraph).operators()),
      tensors_(interpreter->graph_.subgraphs[subgraph].tensors),
      first_op_data_(interpreter->graph_.subgraphs[subgraph].op_data),
      subgraph_(subgraph) {}

void OpContext::MoveTo(int op) {
  op_index_ = op;
  op_ = operators_[op];
  op_data_ = first_op_data_ + op;
  const uint8_t* vtable = op_.vtable();
  if (vtable != vtable_) {
    vtable_ = vtable;
    code_offset_ = fb::FieldOffset(vtable, field::Operator::kOpcodeIndex);
    inputs_offset_ = fb::FieldOffset(vtable, field::Operator::kInputs);
    outputs_offset_ = fb::FieldOffset(vtable, field::Operator::kOutputs);
  }
  const auto vector = [&](int offset) {
    return fb::Vector<int32_t>(offset == 0 ? nullptr : fb::Follow(op_.address() + offset));
  };
  inputs_ = vector(inputs_offset_);
  outputs_ = vector(outputs_offset_);
}

BuiltinOp OpContext::code() const { return interpreter_->graph_.ops[code_index()]->code; }

int OpContext::version() const {
  const fb::Table code = interpreter_->graph_.model
                             .operator_codes()[op_.Scalar<int32_t>(field::Operator::kOpcodeIndex)];
  return code.Scalar<int32_t>(field::OperatorCode::kVersion, 1);
}

OptionsReader OpContext::options() const {
  return OptionsReader(op_.Target(field::Operator::kOptions),
                       interpreter_->model_bytes_ + interpreter_->model_size_);
}

fb::Vector<uint8_t> OpContext::custom_options() const {
  return op_.VectorOf<uint8_t>(field::Operator::kCustomOptions);
}

Status OpContext::Fail(Status status, const char* why, int tensor) const {
  Error error;
  error.status = status;
  error.reason = why;
  error.subgraph = subgraph_;
  error.op_index = op_index_;
  error.tensor_index = tensor;
  if (status == Status::kArenaTooSmall) error.needed_bytes = interpreter_->error_.needed_bytes;
  const fb::Table code = interpreter_->graph_.model
                             .operator_codes()[op_.Scalar<int32_t>(field::Operator::kOpcodeIndex)];
  error.op_code = static_cast<int32_t>(OpOf(code));
  if (error.op_code == static_cast<int32_t>(BuiltinOp::kCustom)) {
    error.custom_name = code.String(field::OperatorCode::kCustomCode);
  }
  return interpreter_->Report(error);
}

Status OpContext::Allocate(size_t bytes, size_t alignment, void** memory) const {
  const Status status =
      interpreter_->Take(bytes, alignment, &interpreter_->memory_.op_data, memory);
  return status == Status::kOk ? status
                               : Fail(status, MR_WHY("the arena is too small for the op's data"));
}

Status OpContext::RequestScratchInto(size_t bytes, void** where) const {
  MicroInterpreter& it = *interpreter_;
  const size_t end = (static_cast<size_t>(it.num_requests_) + 1) * sizeof(ScratchRequest);
  if (bytes > INT32_MAX || !it.arena_->Reserve(end)) {
    it.error_.needed_bytes = it.arena_->Needed(bytes > end ? bytes : end, 0);
    return Fail(Status::kArenaTooSmall,
                MR_WHY("the arena is too small for the op's scratch memory"));
  }
  it.requests_[it.num_requests_++] =
      ScratchRequest{where, static_cast<uint32_t>(bytes), static_cast<uint16_t>(subgraph_),
                     static_cast<uint16_t>(op_index_)};
  return Status::kOk;
}

bool OpContext::prefer_small_arena() const { return interpreter_->options_.prefer_small_arena; }

ProfileScope OpContext::Scope(const char* name) const {
  return ProfileScope(interpreter_->options_.profiler,
                      ProfileEvent{subgraph_, op_index_, code(), name, true});
}

}  // namespace millrace::micro
