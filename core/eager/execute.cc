#include "core/eager/execute.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/base/status.h"
#include "core/eager/eager_builder.h"
#include "core/eager/eager_op.h"
#include "core/graph/function_gradients.h"

namespace millrace {
namespace {

EagerTensors WithIds(std::vector<Tensor> values) {
  EagerTensors tensors;
  tensors.reserve(values.size());
  for (Tensor& value : values) tensors.push_back(MakeEager(std::move(value)));
  return tensors;
}

absl::StatusOr<EagerTensors> Run(EagerContext* context, const EagerOp& op,
                                 absl::Span<const EagerTensor> inputs, Cancellation* cancellation) {
  absl::InlinedVector<Tensor, 4> values;
  for (const EagerTensor& input : inputs) values.push_back(input.value);
  MR_ASSIGN_OR_RETURN(std::vector<Tensor> outputs,
                      context->Run(op, absl::MakeSpan(values), cancellation));
  return WithIds(std::move(outputs));
}

DTypeVector TypesOf(absl::Span<const EagerTensor> tensors) {
  DTypeVector types;
  for (const EagerTensor& t : tensors) types.push_back(t.value.dtype());
  return types;
}

absl::StatusOr<std::shared_ptr<const EagerOp>> Prepare(EagerContext* context, absl::string_view op,
                                                       absl::Span<const EagerTensor> inputs,
                                                       const AttrMap& attrs,
                                                       absl::string_view device) {
  Device* chosen = context->devices().host();
  const bool plain =
      device.empty() && std::none_of(inputs.begin(), inputs.end(), [](const auto& t) {
        return t.value.dtype() == DType::kResource;
      });
  if (!plain) {
    std::vector<Tensor> values;
    for (const EagerTensor& input : inputs) values.push_back(input.value);
    MR_ASSIGN_OR_RETURN(chosen, context->ChooseDevice(values, device));
  }
  return context->Prepare(op, TypesOf(inputs), attrs, chosen);
}

void RecordOn(TapeStack* tapes, const EagerOp& op, absl::Span<const EagerTensor> inputs,
              const EagerTensors& outputs) {
  for (GradientTape* tape : tapes->tapes()) {
    if (!tape->Wants(inputs)) continue;
    tape->Record({&op.schema(), op.attrs(), EagerTensors(inputs.begin(), inputs.end()), outputs});
  }
}

// Runs a call so that `order` tapes, one within the other, can differentiate it: each needs what
// the gradient of the one before it needs.
absl::StatusOr<EagerTensors> RunExtended(EagerContext* context, TapeStack* tapes,
                                         const EagerOp& plain, int order,
                                         absl::Span<const EagerTensor> inputs,
                                         Cancellation* cancellation) {
  const std::string& name = plain.schema().name;
  AttrMap attrs = *plain.attrs();
  EagerTensors all_inputs(inputs.begin(), inputs.end());
  std::shared_ptr<const EagerOp> op;
  int num_outputs = static_cast<int>(plain.output_types().size());
  for (int i = 0; i < order; ++i) {
    MR_ASSIGN_OR_RETURN(auto call, ExtendCall(context->shared_library(), context->registry(), name,
                                              attrs, num_outputs - 1));
    if (call.has_value()) {
      EagerBuilder b(context);
      for (const Output& extra : MakeExtraInputs(b, *call)) {
        if (b.ok()) all_inputs.push_back(b.tensor(extra));
      }
      MR_RETURN_IF_ERROR(b.status());
      attrs = std::move(call->attrs);
    }
    MR_ASSIGN_OR_RETURN(op, context->Prepare(name, TypesOf(all_inputs), attrs, plain.device()));
    num_outputs = static_cast<int>(op->output_types().size());
  }
  MR_ASSIGN_OR_RETURN(EagerTensors outputs, Run(context, *op, all_inputs, cancellation));
  RecordOn(tapes, *op, all_inputs, outputs);
  outputs.resize(plain.output_types().size());
  return outputs;
}

}  // namespace

int64_t NewTensorId() {
  static std::atomic<int64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void TapeStack::Remove(GradientTape* tape) {
  tapes_.erase(std::remove(tapes_.begin(), tapes_.end(), tape), tapes_.end());
}

void TapeStack::Watch(const EagerTensor& x) {
  for (GradientTape* tape : tapes_) tape->Watch(x);
}

int TapeStack::CountWanting(absl::Span<const EagerTensor> inputs) const {
  return static_cast<int>(std::count_if(tapes_.begin(), tapes_.end(),
                                        [&](GradientTape* tape) { return tape->Wants(inputs); }));
}

absl::StatusOr<EagerTensors> ExecuteOp(EagerContext* context, TapeStack* tapes,
                                       absl::string_view op, absl::Span<const EagerTensor> inputs,
                                       const AttrMap& attrs, const ExecuteOptions& options) {
  if (op == "Const" && inputs.empty()) {
    // The value is at hand, and each one would be an op of its own to the cache.
    Tensor value;
    MR_RETURN_IF_ERROR(attrs.Get("value", &value));
    return EagerTensors{MakeEager(std::move(value))};
  }
  MR_ASSIGN_OR_RETURN(const auto prepared, Prepare(context, op, inputs, attrs, options.device));
  const int order = tapes == nullptr ? 0 : tapes->CountWanting(inputs);
  if (order > 0 && IsExtendableCall(prepared->schema().name)) {
    return RunExtended(context, tapes, *prepared, order, inputs, options.cancellation);
  }
  MR_ASSIGN_OR_RETURN(EagerTensors outputs, Run(context, *prepared, inputs, options.cancellation));
  if (order > 0) RecordOn(tapes, *prepared, inputs, outputs);
  return outputs;
}

}  // namespace millrace
