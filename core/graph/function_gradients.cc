#include "core/graph/function_gradients.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/branch_gradient.h"
#include "core/graph/call_gradient_info.h"
#include "core/graph/extend_branches.h"
#include "core/graph/tensor_list_ops.h"

namespace millrace {
namespace {

int LastValid(const Gradients& gradients) {
  int last = -1;
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].valid()) last = static_cast<int>(i);
  }
  return last;
}

std::optional<BranchGradientInfo> BranchInfo(const FunctionLibrary& library, absl::string_view op,
                                             const AttrMap& attrs, int last_output) {
  const std::vector<FunctionRef> branches = BranchesOf(op, attrs);
  if (branches.empty()) return std::nullopt;
  return FindGradientInfo<BranchGradientInfo>(library, branches[0].name, 0, last_output);
}

std::optional<WhileGradientInfo> WhileInfo(const FunctionLibrary& library, absl::string_view op,
                                           const AttrMap& attrs, int last_output) {
  return FindGradientInfo<WhileGradientInfo>(library, BranchesOf(op, attrs)[1].name, 1,
                                             last_output);
}

// A call as its gradient sees it: as it is, or extended and run again.
struct ForwardCall {
  AttrMap attrs;
  Outputs outputs;
};

absl::StatusOr<ForwardCall> RunExtended(Builder& b, absl::string_view op, const AttrMap& attrs,
                                        const OpView& view, int last_output) {
  const auto library = b.library().weak_from_this().lock();
  if (library == nullptr) return absl::InternalError("The function library is not shared");
  MR_ASSIGN_OR_RETURN(auto extended, ExtendCall(library, b.registry(), op, attrs, last_output));
  if (!extended.has_value()) return ForwardCall{attrs, view.outputs()};
  Outputs inputs = view.inputs();
  const Outputs extra = MakeExtraInputs(b, *extended);
  inputs.insert(inputs.end(), extra.begin(), extra.end());
  ForwardCall call{extended->attrs, b.Op(op, inputs, extended->attrs)};
  MR_RETURN_IF_ERROR(b.status());
  return call;
}

Output GradOrZeros(Builder& b, const Gradient& g, Output output) {
  return g.valid() ? Densify(b, g) : b.ZerosLike(output);
}

Output ZerosOfVariable(Builder& b, Output handle, DType type) {
  auto zero = Tensor::CreateZeros(type, Shape());
  if (!zero.ok()) {
    b.Fail(zero.status());
    return {};
  }
  const HandleData* data = b.handle_data(handle);
  const Output value = b.Const(*std::move(zero));
  if (data != nullptr && data->size() == 1 && (*data)[0].shape.fully_defined()) {
    return b.Fill(b.Const(Tensor::Vector<int64_t>((*data)[0].shape.dims())), value);
  }
  return b.Fill(b.Op1("VariableShape", {handle}), value);
}

// The gradient of `op`, a branch op, with these attributes, of the node that `view` shows.
absl::StatusOr<Gradients> CallGradientOf(Builder& b, const std::string& op, const AttrMap& attrs,
                                         const OpView& view, const Gradients& grad_outputs) {
  const int last = LastValid(grad_outputs);
  MR_ASSIGN_OR_RETURN(const ForwardCall call, RunExtended(b, op, attrs, view, last));
  const auto info = BranchInfo(b.library(), op, call.attrs, last);
  if (!info.has_value()) return absl::InternalError(absl::StrCat(op, " was not extended"));
  MR_ASSIGN_OR_RETURN(const auto backward, b.library().Lookup(info->backward[0].name));
  Gradients grads(view.num_inputs());
  if (backward->signature.outputs.empty()) return grads;

  const int selectors = NumSelectors(op);
  Outputs inputs(view.inputs().begin(), view.inputs().begin() + selectors);
  for (const int64_t i : info->taken) {
    const Gradient g = i < static_cast<int64_t>(grad_outputs.size()) ? grad_outputs[i] : Gradient();
    inputs.push_back(GradOrZeros(b, g, call.outputs[i]));
  }
  for (const int64_t j : info->captured_inputs) inputs.push_back(view.input(selectors + j));
  for (const int64_t i : info->captured_outputs) inputs.push_back(call.outputs[i]);
  AttrMap backward_attrs;
  backward_attrs.Set("Tout", OutputTypes(*backward));
  SetBranches(op, info->backward, &backward_attrs);
  const Outputs results = b.Op(op, inputs, std::move(backward_attrs));
  MR_RETURN_IF_ERROR(b.status());
  for (int j = 0; j < view.num_inputs() - selectors; ++j) {
    const int64_t place = info->layout[j];
    if (place >= 0) {
      grads[selectors + j] = results[place];
    } else if (place <= BranchGradientInfo::kSparse) {
      const int64_t first = BranchGradientInfo::kSparse - place;
      grads[selectors + j] =
          Gradient::Sparse(results[first], results[first + 1], results[first + 2]);
    }
  }
  return grads;
}

}  // namespace

absl::StatusOr<Gradients> BranchOpGradient(Builder& b, const OpView& op,
                                           const Gradients& grad_outputs) {
  return CallGradientOf(b, op.schema().name, op.attrs(), op, grad_outputs);
}

absl::StatusOr<Gradients> FunctionAsOpGradient(Builder& b, const OpView& op,
                                               const Gradients& grad_outputs) {
  const std::string& name = op.schema().name;
  const std::string gradient = b.library().Gradient(name);
  AttrMap attrs;
  if (gradient.empty()) {
    std::vector<DType> types;
    for (const Output& o : op.outputs()) types.push_back(BaseType(b.dtype(o)));
    attrs.Set("Tout", std::move(types));
    attrs.Set("f", FunctionRef{name, std::make_shared<const AttrMap>(op.attrs())});
    const bool stateful = op.schema().is_stateful;
    return CallGradientOf(b, stateful ? "StatefulPartitionedCall" : "PartitionedCall", attrs, op,
                          grad_outputs);
  }
  // The function's own gradient takes inputs and gradients of outputs, and gives gradients of all
  // inputs.
  Outputs inputs = op.inputs();
  for (int i = 0; i < op.num_outputs(); ++i) {
    inputs.push_back(GradOrZeros(b, grad_outputs[i], op.output(i)));
  }
  std::vector<DType> types;
  for (const Output& o : op.inputs()) types.push_back(BaseType(b.dtype(o)));
  attrs.Set("Tout", std::move(types));
  attrs.Set("f", FunctionRef{gradient, std::make_shared<const AttrMap>(op.attrs())});
  const Outputs results = b.Op("StatefulPartitionedCall", inputs, std::move(attrs));
  MR_RETURN_IF_ERROR(b.status());
  return Gradients(results.begin(), results.end());
}

absl::StatusOr<Gradients> WhileGradient(Builder& b, const OpView& op,
                                        const Gradients& grad_outputs) {
  const std::string& name = op.schema().name;
  const int last = LastValid(grad_outputs);
  MR_ASSIGN_OR_RETURN(const ForwardCall call, RunExtended(b, name, op.attrs(), op, last));
  const auto info = WhileInfo(b.library(), name, call.attrs, last);
  if (!info.has_value()) return absl::InternalError(absl::StrCat(name, " was not extended"));

  Outputs inputs = {call.outputs[info->num_outputs]};
  for (const int64_t i : info->taken) {
    const Gradient g = i < static_cast<int64_t>(grad_outputs.size()) ? grad_outputs[i] : Gradient();
    inputs.push_back(GradOrZeros(b, g, call.outputs[i]));
  }
  for (size_t i = 0; i < info->resources.size(); ++i) {
    const Output handle = op.input(static_cast<int>(info->resources[i]));
    inputs.push_back(ZerosOfVariable(b, handle, info->resource_types[i]));
  }
  for (size_t i = 0; i < info->list_types.size(); ++i) {
    inputs.push_back(call.outputs[info->num_outputs + 1 + i]);
  }
  for (const int64_t j : info->captured_inputs) inputs.push_back(op.input(static_cast<int>(j)));
  AttrMap attrs;
  int64_t parallel_iterations;
  if (op.attrs().Get("parallel_iterations", &parallel_iterations).ok()) {
    attrs.Set("parallel_iterations", parallel_iterations);
  }
  SetBranches(name, info->backward, &attrs);
  const Outputs results = b.Op(name, inputs, std::move(attrs));
  MR_RETURN_IF_ERROR(b.status());
  Gradients grads(op.num_inputs());
  size_t next = 1;
  for (const int64_t i : info->taken) grads[i] = results[next++];
  for (const int64_t j : info->resources) grads[j] = results[next++];
  return grads;
}

bool IsExtendableCall(absl::string_view op) { return IsBranchOp(op) || IsWhileOp(op); }

absl::StatusOr<std::optional<ExtendedCall>> ExtendCall(
    const std::shared_ptr<FunctionLibrary>& library, const Registry& registry, absl::string_view op,
    const AttrMap& attrs, int last_output) {
  if (IsWhileOp(op)) {
    if (WhileInfo(*library, op, attrs, last_output).has_value()) return std::nullopt;
    MR_ASSIGN_OR_RETURN(ExtendedCall call, ExtendWhile(library, registry, op, attrs));
    return call;
  }
  if (BranchInfo(*library, op, attrs, last_output).has_value()) return std::nullopt;
  MR_ASSIGN_OR_RETURN(ExtendedCall call, ExtendBranches(library, registry, op, attrs));
  return call;
}

Outputs MakeExtraInputs(Builder& b, const ExtendedCall& call) {
  Outputs inputs;
  if (call.has_counter) inputs.push_back(b.Scalar<int32_t>(0));
  for (size_t i = 0; i < call.list_types.size(); ++i) {
    inputs.push_back(NewTensorList(b, call.list_types[i], call.list_shapes[i]));
  }
  return inputs;
}

absl::Status ExtendCallNode(GraphBuilder* b, Node* node, Gradients* grad_outputs) {
  if (!IsExtendableCall(node->type())) return absl::OkStatus();
  Graph& graph = b->graph();
  MR_ASSIGN_OR_RETURN(auto call, ExtendCall(graph.shared_library(), graph.registry(), node->type(),
                                            node->attrs(), LastValid(*grad_outputs)));
  if (!call.has_value()) return absl::OkStatus();
  const Outputs extra = MakeExtraInputs(*b, *call);
  MR_RETURN_IF_ERROR(b->status());
  std::vector<Endpoint> more_inputs;
  for (const Output& o : extra) more_inputs.push_back(b->ToEndpoint(o));
  MR_RETURN_IF_ERROR(graph.ExtendNode(node, std::move(call->attrs), more_inputs));
  grad_outputs->resize(node->num_outputs());
  return absl::OkStatus();
}

}  // namespace millrace
