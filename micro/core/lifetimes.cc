#include "micro/core/lifetimes.h"

#include "micro/core/op_options.h"
#include "micro/core/tensor_view.h"

namespace millrace::micro {
namespace {

// Data pointers are even (constants lie at multiples of 4), so an odd one is an entry's number.
void* Numbered(int entry) { return reinterpret_cast<void*>(static_cast<uintptr_t>(entry) * 2 + 1); }
// An offline plan that fixes the output's place must have it where the input is.
bool MayShare(const PlanEntry& in, const PlanEntry& out) {
  return out.offset == PlanEntry::kUnplaced || out.offset == in.offset;
}
bool IsNumbered(const void* data) { return reinterpret_cast<uintptr_t>(data) % 2 == 1; }

}  // namespace

CalledSubgraphs SubgraphsOf(BuiltinOp code, const OptionsReader& options) {
  switch (code) {
    case BuiltinOp::kIf:
      return {options.Int32(IfOptions::kThenSubgraphIndex),
              options.Int32(IfOptions::kElseSubgraphIndex)};
    case BuiltinOp::kWhile:
      return {options.Int32(WhileOptions::kCondSubgraphIndex),
              options.Int32(WhileOptions::kBodySubgraphIndex)};
    case BuiltinOp::kCallOnce:
      return {options.Int32(CallOnceOptions::kInitSubgraphIndex), -1};
    default:
      return {};
  }
}

Lifetimes::Lifetimes(const Graph& graph, const uint8_t* model_end, const ScratchRequest* requests,
                     int num_requests, Arena* arena, Error* error)
    : graph_(graph),
      model_end_(model_end),
      requests_(requests),
      num_requests_(num_requests),
      arena_(arena),
      error_(error),
      entries_(reinterpret_cast<PlanEntry*>(arena->planned() + static_cast<size_t>(num_requests) *
                                                                   sizeof(ScratchRequest))) {}

__attribute__((noinline)) Status Lifetimes::Refuse(Status status, const char* why) const {
  error_->status = status;
  error_->reason = why;
  return status;
}

PlanEntry* Lifetimes::EntryOf(const void* data) const {
  return IsNumbered(data) ? &entries_[reinterpret_cast<uintptr_t>(data) / 2] : nullptr;
}

size_t Lifetimes::bookkeeping_bytes() const {
  return static_cast<size_t>(reinterpret_cast<uint8_t*>(entries_ + count_) - arena_->planned());
}

Status Lifetimes::NewEntry(uint32_t bytes) {
  const size_t end = bookkeeping_bytes() + sizeof(PlanEntry);
  if (!arena_->Reserve(end)) {
    error_->needed_bytes = arena_->Needed(end, 0);
    return Refuse(Status::kArenaTooSmall, MR_WHY("the arena is too small to plan in"));
  }
  entries_[count_] = PlanEntry();
  entries_[count_].size = bytes;
  entries_[count_].first = entries_[count_].last = step_;
  ++count_;
  return Status::kOk;
}

Status Lifetimes::NextStep() {
  if (step_ == kMaxSteps)
    return Refuse(Status::kUnsupported, MR_WHY("the graph has too many steps"));
  ++step_;
  return Status::kOk;
}

Status Lifetimes::Find() {
  for (int i = 0; i < num_requests_; ++i) {
    MR_TRY(NewEntry(requests_[i].bytes));
    entries_[i].first = UINT16_MAX;  // not touched yet
  }
  return Walk(Pass::kFind);
}

Status Lifetimes::ShareInPlace() { return Walk(Pass::kShare); }

Status Lifetimes::Walk(Pass pass) {
  pass_ = pass;
  step_ = 0;
  return Visit(0, 0);
}

Status Lifetimes::Visit(int subgraph, int depth) {
  if (subgraph < 0 || subgraph >= graph_.model.subgraphs().size()) {
    return Refuse(Status::kInvalidModel, MR_WHY("an op calls a subgraph that is not there"));
  }
  if (depth > kMaxDepth) {
    return Refuse(Status::kInvalidModel, MR_WHY("subgraphs call each other too deep"));
  }
  const SubgraphView view = graph_.model.subgraph(subgraph);
  MR_TRY(NextStep());
  MR_TRY(Touch(subgraph, view.inputs()));
  for (int i = 0; i < view.operators().size(); ++i) MR_TRY(Node(subgraph, i, depth));
  MR_TRY(NextStep());
  return Touch(subgraph, view.outputs());
}

Status Lifetimes::Node(int subgraph, int index, int depth) {
  const fb::Table op = graph_.model.subgraph(subgraph).operators()[index];
  const auto inputs = op.VectorOf<int32_t>(field::Operator::kInputs);
  const auto outputs = op.VectorOf<int32_t>(field::Operator::kOutputs);
  MR_TRY(NextStep());
  const CalledSubgraphs called = SubgraphsOf(
      graph_.OpOf(op)->code, OptionsReader(op.Target(field::Operator::kOptions), model_end_));
  if (called.first >= 0) {
    // What the op reads and writes lives on while its subgraphs run.
    MR_TRY(Touch(subgraph, inputs));
    MR_TRY(Touch(subgraph, outputs));
    TouchScratch(subgraph, index);
    MR_TRY(Visit(called.first, depth + 1));
    if (called.second >= 0) MR_TRY(Visit(called.second, depth + 1));
    MR_TRY(NextStep());
  } else if (pass_ == Pass::kShare) {
    Share(subgraph, op);
    return Status::kOk;
  }
  MR_TRY(Touch(subgraph, inputs));
  MR_TRY(Touch(subgraph, outputs));
  TouchScratch(subgraph, index);
  return Status::kOk;
}

Status Lifetimes::Touch(int subgraph, fb::Vector<int32_t> tensors) {
  if (pass_ == Pass::kShare) return Status::kOk;
  for (int i = 0; i < tensors.size(); ++i) {
    if (tensors[i] < 0) continue;
    void*& data = graph_.subgraphs[subgraph].tensors[tensors[i]];
    if (data == nullptr) {
      const TensorView tensor(graph_.model.subgraph(subgraph).tensors()[tensors[i]], nullptr);
      MR_TRY(NewEntry(static_cast<uint32_t>(tensor.bytes())));
      data = Numbered(count_ - 1);
    } else if (PlanEntry* entry = EntryOf(data)) {
      entry->last = step_;
    }
  }
  return Status::kOk;
}

void Lifetimes::TouchScratch(int subgraph, int op) {
  if (pass_ == Pass::kShare) return;
  for (int i = 0; i < num_requests_; ++i) {
    if (requests_[i].subgraph != subgraph || requests_[i].op != op) continue;
    if (entries_[i].first == UINT16_MAX) entries_[i].first = step_;
    entries_[i].last = step_;
  }
}

void Lifetimes::Share(int subgraph, fb::Table op) {
  if ((graph_.OpOf(op)->flags & kMayRunInPlace) == 0) return;
  const auto inputs = op.VectorOf<int32_t>(field::Operator::kInputs);
  const auto outputs = op.VectorOf<int32_t>(field::Operator::kOutputs);
  void** data = graph_.subgraphs[subgraph].tensors;
  PlanEntry* out = EntryOf(data[outputs[0]]);
  if (out == nullptr || out->first != step_) return;
  const fb::TableVector tensors = graph_.model.subgraph(subgraph).tensors();
  const TensorView output(tensors[outputs[0]], nullptr);
  for (int i = 0; i < inputs.size(); ++i) {
    if (inputs[i] < 0) continue;
    PlanEntry* in = EntryOf(data[inputs[i]]);
    const TensorView input(tensors[inputs[i]], nullptr);
    if (in == nullptr || in == out || in->last != step_ || !MayShare(*in, *out) ||
        input.elements() != output.elements() || BitsOf(output.type()) > BitsOf(input.type())) {
      continue;
    }
    in->last = out->last;
    out->size = 0;
    data[outputs[0]] = data[inputs[i]];
    return;
  }
}

}  // namespace millrace::micro
