// Loops: the forward loop keeps, in a list a value, what each iteration computes and its gradient
// needs; the backward loop takes it out again, last first.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/branch_gradient.h"
#include "core/graph/call_gradient_info.h"
#include "core/graph/extend_branches.h"
#include "core/graph/graph_to_function.h"
#include "core/graph/tensor_list_ops.h"

namespace millrace {
namespace {

class WhileExtender {
 public:
  WhileExtender(std::shared_ptr<FunctionLibrary> library, const Registry& registry,
                std::vector<FunctionRef> base)
      : library_(std::move(library)), registry_(registry) {
    info_.base = std::move(base);
  }

  // The forward cond and body, added to the library.
  absl::StatusOr<std::vector<FunctionRef>> Extend();

 private:
  bool IsInvariant(int arg) const { return gradient_.ret(arg) == gradient_.arg(arg); }
  absl::Status SortGradients();
  absl::StatusOr<FunctionSpec> CutForwardCond(const std::string& name);
  absl::StatusOr<FunctionSpec> CutForwardBody(const std::string& name);
  absl::StatusOr<FunctionSpec> CutBackwardBody(const std::string& name);
  absl::Status PopLists(GraphBuilder* b, const std::vector<Endpoint>& lists,
                        std::vector<Endpoint>* results, std::vector<Endpoint>* popped_lists);
  absl::StatusOr<FunctionSpec> CutBackwardCond(const std::string& name, const FunctionSpec& body);

  const std::shared_ptr<FunctionLibrary> library_;
  const Registry& registry_;
  BranchGradient gradient_;            // of the body
  std::vector<Endpoint> accumulated_;  // values kept in lists
  std::vector<Endpoint> grads_;        // of loop variables `taken`, then of `resources`
  WhileGradientInfo info_;
};

absl::StatusOr<std::vector<FunctionRef>> WhileExtender::Extend() {
  auto is_ours = [this](const FunctionSpec& f) {
    const auto info = WhileGradientInfo::Read(f);
    return info.has_value() && Attr(info->base) == Attr(info_.base);
  };
  const std::string& body = info_.base[1].name;
  const std::string body_name =
      FindFunctionName(*library_, absl::StrCat("__forward_", body), is_ours);
  // The cond has no gradient, so its name alone tells which loop it belongs to.
  const std::string cond_name = absl::StrCat(body_name, "_cond");
  const std::vector<FunctionRef> forward = {{cond_name, nullptr}, {body_name, nullptr}};
  if (library_->Find(body_name) != nullptr) return forward;

  MR_ASSIGN_OR_RETURN(gradient_, DifferentiateBranch(info_.base[1], registry_, library_));
  if (gradient_.body.args.size() != gradient_.body.rets.size()) {
    return absl::InvalidArgumentError(absl::StrCat("The loop body '", body, "' takes ",
                                                   gradient_.body.args.size(), " values and gives ",
                                                   gradient_.body.rets.size()));
  }
  info_.num_outputs = static_cast<int64_t>(gradient_.body.rets.size());
  MR_RETURN_IF_ERROR(SortGradients());
  MR_ASSIGN_OR_RETURN(FunctionSpec forward_cond, CutForwardCond(cond_name));
  MR_ASSIGN_OR_RETURN(FunctionSpec forward_body, CutForwardBody(body_name));
  const std::string backward_name = library_->UniqueName(absl::StrCat("__backward_", body));
  MR_ASSIGN_OR_RETURN(FunctionSpec backward_body, CutBackwardBody(backward_name));
  const std::string backward_cond_name = library_->UniqueName(absl::StrCat(backward_name, "_cond"));
  MR_ASSIGN_OR_RETURN(FunctionSpec backward_cond,
                      CutBackwardCond(backward_cond_name, backward_body));
  info_.backward = {{backward_cond_name, nullptr}, {backward_name, nullptr}};
  info_.Write(&forward_body.attrs);
  for (FunctionSpec* f : {&forward_cond, &backward_body, &backward_cond, &forward_body}) {
    MR_RETURN_IF_ERROR(library_->Add(std::move(*f)));
  }
  return forward;
}

// Splits the gradients by kind of loop variable, and what they use into invariants and values to
// accumulate.
absl::Status WhileExtender::SortGradients() {
  Graph* graph = gradient_.body.graph.get();
  GraphBuilder b(graph, "loop_gradient");
  info_.taken.assign(gradient_.taken.begin(), gradient_.taken.end());
  for (size_t k = 0; k < gradient_.taken.size(); ++k) {
    const Gradient& g = gradient_.grad_inputs[gradient_.taken[k]];
    const Output none = b.ZerosLike(b.FromEndpoint(gradient_.grad_outputs[k]));
    const Output dense = g.valid() ? Densify(b, g) : none;
    if (b.ok()) grads_.push_back(b.ToEndpoint(dense));
  }
  for (int j = 0; j < static_cast<int>(gradient_.body.args.size()); ++j) {
    if (!gradient_.grad_inputs[j].valid() ||
        gradient_.arg(j).node->output_type(0) != DType::kResource) {
      continue;
    }
    if (!IsInvariant(j)) {
      return absl::UnimplementedError(absl::StrCat("The gradient of a loop whose variable ", j,
                                                   ", a resource, changes from one iteration "
                                                   "to the next"));
    }
    const Output dense = Densify(b, gradient_.grad_inputs[j]);
    if (!b.ok()) break;
    info_.resources.push_back(j);
    info_.resource_types.push_back(BaseType(b.dtype(dense)));
    grads_.push_back(b.ToEndpoint(dense));
  }
  MR_RETURN_IF_ERROR(b.status());
  Captured captured = FindCaptured(gradient_, grads_);
  accumulated_ = std::move(captured.intermediates);
  for (const int arg : captured.args) {
    if (IsInvariant(arg)) {
      info_.captured_inputs.push_back(arg);
    } else {
      accumulated_.push_back(gradient_.arg(arg));
    }
  }
  for (const Endpoint& e : accumulated_) {
    info_.list_types.push_back(BaseType(e.node->output_type(e.index)));
    info_.list_shapes.push_back(e.node->output_shape(e.index));
  }
  return absl::OkStatus();
}

absl::StatusOr<FunctionSpec> WhileExtender::CutForwardCond(const std::string& name) {
  const FunctionRef& cond = info_.base[0];
  MR_ASSIGN_OR_RETURN(
      const FunctionLibrary::Body body,
      library_->Instantiate(cond.name, cond.attrs ? *cond.attrs : AttrMap(), registry_, library_));
  if (body.rets.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("The loop condition '", cond.name, "' gives ", body.rets.size(), " values"));
  }
  std::vector<Endpoint> inputs;
  for (Node* arg : body.args) inputs.push_back({arg, 0});
  MR_ASSIGN_OR_RETURN(const Endpoint counter, AddArg(body.graph.get(), "loop_counter",
                                                     DType::kInt32, PartialShape::Scalar()));
  inputs.push_back(counter);
  for (size_t i = 0; i < accumulated_.size(); ++i) {
    MR_ASSIGN_OR_RETURN(const Endpoint list, AddArg(body.graph.get(), "accumulator",
                                                    DType::kVariant, PartialShape::Scalar()));
    inputs.push_back(list);
  }
  const std::vector<Endpoint> outputs = {body.rets[0]->input(0)};
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.must_run = body.control_returns;
  return SliceToFunction(slice);
}

absl::StatusOr<FunctionSpec> WhileExtender::CutForwardBody(const std::string& name) {
  Graph* graph = gradient_.body.graph.get();
  GraphBuilder b(graph, "accumulate");
  std::vector<Endpoint> inputs, outputs;
  for (int i = 0; i < static_cast<int>(gradient_.body.args.size()); ++i) {
    inputs.push_back(gradient_.arg(i));
    outputs.push_back(gradient_.ret(i));
  }
  MR_ASSIGN_OR_RETURN(const Endpoint counter,
                      AddArg(graph, "loop_counter", DType::kInt32, PartialShape::Scalar()));
  inputs.push_back(counter);
  const Output next = b.Add(b.FromEndpoint(counter), b.Scalar<int32_t>(1));
  MR_RETURN_IF_ERROR(b.status());
  outputs.push_back(b.ToEndpoint(next));
  for (size_t i = 0; i < accumulated_.size(); ++i) {
    MR_ASSIGN_OR_RETURN(const Endpoint list,
                        AddArg(graph, "accumulator", DType::kVariant, PartialShape::Scalar()));
    inputs.push_back(list);
    const Output pushed =
        PushBack(b, b.FromEndpoint(list), b.FromEndpoint(accumulated_[i]), info_.list_types[i]);
    MR_RETURN_IF_ERROR(b.status());
    outputs.push_back(b.ToEndpoint(pushed));
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs.size(); ++i) names.push_back(absl::StrCat("output_", i));
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.output_names = names;
  slice.must_run = gradient_.body.control_returns;
  return SliceToFunction(slice);
}

// The accumulated values are taken out of the lists from here on: the forward body has been cut.
absl::Status WhileExtender::PopLists(GraphBuilder* b, const std::vector<Endpoint>& lists,
                                     std::vector<Endpoint>* results,
                                     std::vector<Endpoint>* popped_lists) {
  Graph* graph = gradient_.body.graph.get();
  for (size_t i = 0; i < accumulated_.size(); ++i) {
    const Outputs popped =
        PopBack(*b, b->FromEndpoint(lists[i]), info_.list_types[i], info_.list_shapes[i]);
    MR_RETURN_IF_ERROR(b->status());
    popped_lists->push_back(b->ToEndpoint(popped[0]));
    const Endpoint value = b->ToEndpoint(popped[1]);
    graph->ReplaceUses(accumulated_[i], value);
    std::replace(results->begin(), results->end(), accumulated_[i], value);
  }
  return absl::OkStatus();
}

absl::StatusOr<FunctionSpec> WhileExtender::CutBackwardBody(const std::string& name) {
  Graph* graph = gradient_.body.graph.get();
  GraphBuilder b(graph, "backward");
  MR_ASSIGN_OR_RETURN(const Endpoint left,
                      AddArg(graph, "iterations_left", DType::kInt32, PartialShape::Scalar()));
  std::vector<Endpoint> inputs = {left};
  inputs.insert(inputs.end(), gradient_.grad_outputs.begin(), gradient_.grad_outputs.end());
  const size_t first_resource = inputs.size();
  for (const DType type : info_.resource_types) {
    MR_ASSIGN_OR_RETURN(const Endpoint sum, AddArg(graph, "variable_grad", type, PartialShape()));
    inputs.push_back(sum);
  }
  std::vector<Endpoint> lists;
  for (size_t i = 0; i < accumulated_.size(); ++i) {
    MR_ASSIGN_OR_RETURN(const Endpoint list,
                        AddArg(graph, "accumulator", DType::kVariant, PartialShape::Scalar()));
    lists.push_back(list);
  }
  inputs.insert(inputs.end(), lists.begin(), lists.end());
  std::vector<Endpoint> grads = grads_, popped_lists;
  MR_RETURN_IF_ERROR(PopLists(&b, lists, &grads, &popped_lists));

  const Output next = b.Sub(b.FromEndpoint(left), b.Scalar<int32_t>(1));
  for (size_t i = 0; b.ok() && i < info_.resources.size(); ++i) {
    Endpoint& grad = grads[info_.taken.size() + i];
    const Output sum = b.AddN({b.FromEndpoint(inputs[first_resource + i]), b.FromEndpoint(grad)});
    if (b.ok()) grad = b.ToEndpoint(sum);
  }
  MR_RETURN_IF_ERROR(b.status());
  std::vector<Endpoint> outputs = {b.ToEndpoint(next)};
  outputs.insert(outputs.end(), grads.begin(), grads.end());
  outputs.insert(outputs.end(), popped_lists.begin(), popped_lists.end());
  for (const int64_t arg : info_.captured_inputs) {
    inputs.push_back(gradient_.arg(static_cast<int>(arg)));
    outputs.push_back(inputs.back());
  }
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.first_node_id = gradient_.first_backward_id;
  return SliceToFunction(slice);
}

absl::StatusOr<FunctionSpec> WhileExtender::CutBackwardCond(const std::string& name,
                                                            const FunctionSpec& body) {
  Graph graph(&registry_, library_);
  std::vector<Endpoint> inputs;
  for (const ArgDef& arg : body.signature.inputs) {
    MR_ASSIGN_OR_RETURN(const Endpoint input, AddArg(&graph, arg.name, arg.type, PartialShape()));
    inputs.push_back(input);
  }
  GraphBuilder b(&graph);
  const Output more = b.Greater(b.FromEndpoint(inputs[0]), b.Scalar<int32_t>(0));
  MR_RETURN_IF_ERROR(b.status());
  const std::vector<Endpoint> outputs = {b.ToEndpoint(more)};
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  return SliceToFunction(slice);
}

}  // namespace

absl::StatusOr<ExtendedCall> ExtendWhile(const std::shared_ptr<FunctionLibrary>& library,
                                         const Registry& registry, absl::string_view op,
                                         const AttrMap& attrs) {
  WhileExtender extender(library, registry, BranchesOf(op, attrs));
  MR_ASSIGN_OR_RETURN(std::vector<FunctionRef> forward, extender.Extend());
  MR_ASSIGN_OR_RETURN(const auto body, library->Lookup(forward[1].name));
  const auto info = WhileGradientInfo::Read(*body);
  if (!info.has_value()) {
    return absl::InternalError(absl::StrCat("'", forward[1].name, "' is no forward loop body"));
  }
  ExtendedCall call;
  call.attrs = attrs;
  call.has_counter = true;
  call.list_types = info->list_types;
  call.list_shapes = info->list_shapes;
  const std::vector<DType> types = OutputTypes(*body);
  std::vector<PartialShape> shapes;
  if (attrs.Get("output_shapes", &shapes).ok() && !shapes.empty()) {
    shapes.resize(types.size(), PartialShape::Scalar());
    call.attrs.Set("output_shapes", std::move(shapes));
  }
  call.attrs.Set("T", types);
  SetBranches(op, std::move(forward), &call.attrs);
  return call;
}

}  // namespace millrace
