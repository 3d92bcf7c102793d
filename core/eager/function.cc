#include "core/eager/function.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/random_id.h"
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

// The op that a call would be in a graph.
std::string CallOp(const FunctionSpec& function) {
  return function.signature.is_stateful ? "StatefulPartitionedCall" : "PartitionedCall";
}

std::vector<DType> OutputTypesOf(const FunctionSpec& function) {
  std::vector<DType> types;
  for (const ArgDef& output : function.signature.outputs) types.push_back(output.type);
  return types;
}

}  // namespace

absl::StatusOr<std::shared_ptr<EagerFunction>> EagerFunction::Create(EagerContext* context,
                                                                     std::string name,
                                                                     absl::string_view device) {
  MR_ASSIGN_OR_RETURN(auto spec, context->library().Lookup(name));
  for (const auto* args : {&spec->signature.inputs, &spec->signature.outputs}) {
    for (const ArgDef& arg : *args) {
      if (arg.type != DType::kInvalid && !arg.is_list()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("Function '", name, "' is generic: the type of '", arg.name,
                       "' depends on attributes; call it through PartitionedCall"));
    }
  }
  MR_ASSIGN_OR_RETURN(Device * chosen, context->ChooseDevice({}, device));
  return std::shared_ptr<EagerFunction>(
      new EagerFunction(context, std::move(name), std::move(spec), chosen));
}

absl::Status EagerFunction::CheckInputs(absl::Span<const EagerTensor> inputs) const {
  const std::vector<ArgDef>& args = spec_->signature.inputs;
  if (inputs.size() != args.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Function '", name_, "' takes ", args.size(), " inputs, not ", inputs.size()));
  }
  for (size_t i = 0; i < args.size(); ++i) {
    if (inputs[i].value.dtype() == args[i].type) continue;
    return absl::InvalidArgumentError(absl::StrCat("Function '", name_, "': input '", args[i].name,
                                                   "' must be ", DTypeName(args[i].type), ", not ",
                                                   DTypeName(inputs[i].value.dtype())));
  }
  return absl::OkStatus();
}

absl::StatusOr<EagerFunction::Version> EagerFunction::GetVersion(int order) {
  MutexLock lock(&mu_);
  const std::string op = CallOp(*spec_);
  while (static_cast<int>(versions_.size()) <= order) {
    AttrMap attrs;
    if (versions_.empty()) {
      attrs = {{"f", FunctionRef{name_, nullptr}}, {"Tout", OutputTypesOf(*spec_)}};
    } else {
      attrs = *versions_.back().call_attrs;
      std::vector<DType> types;
      MR_RETURN_IF_ERROR(attrs.Get("Tout", &types));
      MR_ASSIGN_OR_RETURN(auto call, ExtendCall(context_->shared_library(), context_->registry(),
                                                op, attrs, static_cast<int>(types.size()) - 1));
      if (call.has_value()) attrs = std::move(call->attrs);
    }
    FunctionRef function;
    MR_RETURN_IF_ERROR(attrs.Get("f", &function));
    Version version;
    MR_ASSIGN_OR_RETURN(version.plan, context_->functions(device_)->GetPlan(function));
    version.call_attrs = std::make_shared<const AttrMap>(std::move(attrs));
    versions_.push_back(std::move(version));
  }
  return versions_[order];
}

absl::StatusOr<EagerTensors> EagerFunction::Call(TapeStack* tapes,
                                                 absl::Span<const EagerTensor> inputs,
                                                 Cancellation* cancellation) {
  MR_RETURN_IF_ERROR(CheckInputs(inputs));
  const int order = tapes == nullptr ? 0 : tapes->CountWanting(inputs);
  MR_ASSIGN_OR_RETURN(const Version version, GetVersion(order));
  std::vector<Tensor> args;
  args.reserve(inputs.size());
  for (const EagerTensor& input : inputs) args.push_back(input.value);

  LocalRendezvous rendezvous;
  Cancellation own(cancellation);
  StepContext step;
  step.step_id = RandomId();
  step.rendezvous = &rendezvous;
  step.cancellation = &own;
  auto results = version.plan->Run(&step, std::move(args));
  if (step.container_used.load()) device_->resources().Clear(step.container());
  if (!results.ok()) return results.status();

  EagerTensors outputs;
  for (Tensor& result : *results) outputs.push_back(MakeEager(std::move(result)));
  if (order > 0) {
    MR_ASSIGN_OR_RETURN(const OpSchema* schema, context_->registry().Lookup(CallOp(*spec_)));
    for (GradientTape* tape : tapes->tapes()) {
      if (!tape->Wants(inputs)) continue;
      tape->Record(
          {schema, version.call_attrs, EagerTensors(inputs.begin(), inputs.end()), outputs});
    }
    outputs.resize(spec_->signature.outputs.size());
  }
  return outputs;
}

}  // namespace millrace
