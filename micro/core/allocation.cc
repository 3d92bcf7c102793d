// AllocateTensors: verify, make tables, prepare ops, plan memory.
#include "micro/core/interpreter.h"
#include "micro/core/verifier.h"

namespace millrace::micro {

Status MicroInterpreter::Take(size_t bytes, size_t alignment, size_t* counter, void** memory) {
  const size_t before = arena_->allocated();
  *memory = arena_->Allocate(bytes, alignment);
  if (*memory == nullptr) {
    error_ = Error();
    error_.status = Status::kArenaTooSmall;
    error_.reason = MR_WHY("the arena is too small");
    error_.needed_bytes = arena_->Needed(0, bytes);
    return Status::kArenaTooSmall;
  }
  const size_t taken = arena_->allocated() - before;
  *counter += bytes;
  memory_.padding += taken - bytes;
  memory_.lasting += taken;
  return Status::kOk;
}

Status MicroInterpreter::AllocateTensors() {
  error_ = Error();
  if (tried_) {
    error_.status = Status::kWrongOrder;
    error_.reason = MR_WHY("AllocateTensors was called before");
    return Report(error_);
  }
  tried_ = true;
  const Status status = TryAllocate();
  if (status != Status::kOk) {
    // A kernel's failure was reported when it failed.
    if (error_.op_code >= 0) return status;
    error_.status = status;
    return Report(error_);
  }
  allocated_ = true;
  return Reset();
}

Status MicroInterpreter::TryAllocate() {
  if (!arena_->Usable()) {
    error_.status = Status::kInvalidArgument;
    error_.reason = MR_WHY("the arena's address is not aligned to 16");
    return error_.status;
  }
  MR_TRY(VerifyModel(model_bytes_, model_size_, &error_, resolver_.decompression()));
  graph_.model = ModelView(model_bytes_);
  compression_ = graph_.model.MetadataBytes(kCompressionEntry).data();
  MR_TRY(MakeTables());
  MR_TRY(ResolveOps());
  MR_TRY(MakeVariables());
  MR_TRY(PrepareOps());
  PlanOptions plan;
  plan.model_end = model_bytes_ + model_size_;
  plan.batch = batch_;
  plan.fit_batch = fit_batch_;
  plan.preserve_all = options_.preserve_all_tensors;
  plan.before_placing = options_.before_placing;
  plan.user = options_.before_placing_user;
  return PlanMemory(graph_, requests_, num_requests_, plan, arena_, &memory_, &error_);
}

Status MicroInterpreter::MakeTables() {
  const int subgraphs = graph_.model.subgraphs().size();
  void* memory = nullptr;
  MR_TRY(Take(sizeof(SubgraphState) * static_cast<size_t>(subgraphs), alignof(SubgraphState),
              &memory_.op_tables, &memory));
  graph_.subgraphs = static_cast<SubgraphState*>(memory);
  for (int s = 0; s < subgraphs; ++s) {
    const SubgraphView view = graph_.model.subgraph(s);
    const fb::TableVector tensors = view.tensors();
    MR_TRY(Take(sizeof(void*) * static_cast<size_t>(tensors.size()), alignof(void*),
                &memory_.tensor_pointers, &memory));
    graph_.subgraphs[s].tensors = static_cast<void**>(memory);
    MR_TRY(Take(sizeof(void*) * static_cast<size_t>(view.operators().size()), alignof(void*),
                &memory_.op_tables, &memory));
    graph_.subgraphs[s].op_data = static_cast<void**>(memory);
    for (int i = 0; i < tensors.size(); ++i) {
      if (IsCompressed(s, i)) continue;
      const auto constant =
          graph_.model.buffer(tensors[i].Scalar<uint32_t>(field::Tensor::kBuffer));
      // Kernels do not write to constants; the verifier saw to it that no op's output is one.
      if (constant.size() > 0) {
        graph_.subgraphs[s].tensors[i] = const_cast<uint8_t*>(constant.data());
        MR_TRY(AlignConstant(tensors[i], &graph_.subgraphs[s].tensors[i]));
      }
    }
  }
  return Status::kOk;
}

Status MicroInterpreter::AlignConstant(fb::Table tensor, void** data) {
  const TensorView view(tensor, *data);
  if (view.is_variable() || BitsOf(view.type()) < 64 ||
      reinterpret_cast<uintptr_t>(*data) % sizeof(int64_t) == 0) {
    return Status::kOk;
  }
  MR_TRY(Take(view.bytes(), sizeof(int64_t), &memory_.op_data, data));
  __builtin_memcpy(*data, view.raw(), view.bytes());
  return Status::kOk;
}

Status MicroInterpreter::MakeVariables() {
  for (int s = 0; s < graph_.model.subgraphs().size(); ++s) {
    const fb::TableVector tensors = graph_.model.subgraph(s).tensors();
    for (int i = 0; i < tensors.size(); ++i) {
      const TensorView view(tensors[i], nullptr);
      if (!view.is_variable()) continue;
      MR_TRY(
          Take(view.bytes(), sizeof(int64_t), &memory_.variables, &graph_.subgraphs[s].tensors[i]));
    }
  }
  return Status::kOk;
}

Status MicroInterpreter::CheckOp(const OpContext& context, const OpRegistration* op) const {
  if (op == nullptr) {
    return context.Fail(Status::kUnknownOp, MR_WHY("the resolver has no such op"));
  }
  if (op->max_version != 0 && context.version() > op->max_version) {
    return context.Fail(Status::kUnsupportedOpVersion, MR_WHY("the op's version is too new"));
  }
  if (context.num_inputs() < op->min_inputs ||
      (op->max_inputs != 255 && context.num_inputs() > op->max_inputs) ||
      context.num_outputs() < op->min_outputs ||
      (op->max_outputs != 255 && context.num_outputs() > op->max_outputs)) {
    return context.Fail(Status::kInvalidModel, MR_WHY("the op has too few or too many tensors"));
  }
  for (int i = 0; i < op->min_inputs && (op->flags & kChecksPresence) == 0; ++i) {
    if (!context.has_input(i)) {
      return context.Fail(Status::kInvalidModel, MR_WHY("an input of the op is missing"));
    }
  }
  return Status::kOk;
}

Status MicroInterpreter::PrepareOps() {
  requests_ = reinterpret_cast<ScratchRequest*>(arena_->planned());
  for (int s = 0; s < graph_.model.subgraphs().size(); ++s) {
    OpContext context(this, s);
    for (int i = 0; i < context.operators_.size(); ++i) {
      context.MoveTo(i);
      const OpRegistration* op = graph_.ops[context.code_index()];
      MR_TRY(CheckOp(context, op));
      if (op->prepare != nullptr) MR_TRY(op->prepare(context));
    }
  }
  return Status::kOk;
}

Status MicroInterpreter::FindOrMakeVariable(const char* container, const char* name,
                                            ResourceVariable** variable) {
  int32_t count = 0;
  for (ResourceVariable* v = variables_; v != nullptr; v = v->next, ++count) {
    if (SameText(v->container, container) && SameText(v->name, name)) {
      *variable = v;
      return Status::kOk;
    }
  }
  if (batch_ > 1) return Status::kUnsupported;
  void* memory = nullptr;
  MR_TRY(Take(sizeof(ResourceVariable), alignof(ResourceVariable), &memory_.variables, &memory));
  *variable = static_cast<ResourceVariable*>(memory);
  **variable = ResourceVariable{count, 0, container, name, nullptr, variables_};
  variables_ = *variable;
  return Status::kOk;
}

Status MicroInterpreter::ReserveVariable(ResourceVariable* variable, size_t bytes) {
  if (variable->data != nullptr) {
    return variable->bytes == bytes ? Status::kOk : Status::kInvalidShape;
  }
  MR_TRY(Take(bytes, sizeof(int64_t), &memory_.variables, &variable->data));
  variable->bytes = static_cast<uint32_t>(bytes);
  return Status::kOk;
}

}  // namespace millrace::micro
