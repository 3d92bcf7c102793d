#include "core/graph/extend_branches.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/branch_gradient.h"
#include "core/graph/call_gradient_info.h"
#include "core/graph/graph_to_function.h"
#include "core/graph/tensor_list_ops.h"

namespace millrace {
namespace {

// Builds forward and backward versions of the functions of one call. All branches get the same
// signature: a value that only one of them has is a stand-in in the others.
class BranchExtender {
 public:
  BranchExtender(std::shared_ptr<FunctionLibrary> library, const Registry& registry,
                 std::vector<FunctionRef> base)
      : library_(std::move(library)), registry_(registry), base_(std::move(base)) {}

  // The forward versions, added to the library.
  absl::StatusOr<std::vector<FunctionRef>> Extend();

 private:
  struct Intermediate {
    int branch;
    Endpoint value;
  };

  bool IsOurs(const FunctionSpec& function) const;
  absl::Status CheckBranches() const;
  absl::Status AgreeOnGradients();
  absl::StatusOr<Gradient> ZeroFor(int branch, int arg);
  void LayOut();
  std::vector<Endpoint> Results(int branch) const;
  void Capture();
  absl::StatusOr<Endpoint> StandIn(int branch, Endpoint like);
  absl::StatusOr<FunctionSpec> CutForward(int branch, const std::string& name);
  absl::StatusOr<FunctionSpec> CutBackward(int branch, const std::string& name);

  const std::shared_ptr<FunctionLibrary> library_;
  const Registry& registry_;
  const std::vector<FunctionRef> base_;
  std::vector<BranchGradient> branches_;
  std::vector<Intermediate> intermediates_;
  BranchGradientInfo info_;
};

bool BranchExtender::IsOurs(const FunctionSpec& function) const {
  const auto info = BranchGradientInfo::Read(function);
  return info.has_value() && Attr(info->base) == Attr(base_);
}

absl::StatusOr<std::vector<FunctionRef>> BranchExtender::Extend() {
  auto is_ours = [this](const FunctionSpec& f) { return IsOurs(f); };
  std::vector<std::string> names;
  for (size_t k = 0; k < base_.size(); ++k) {
    const std::string branch = base_.size() == 1 ? "" : absl::StrCat("_branch", k);
    names.push_back(
        FindFunctionName(*library_, absl::StrCat("__forward_", base_[0].name, branch), is_ours));
  }
  std::vector<FunctionRef> forward;
  for (const std::string& name : names) forward.push_back({name, nullptr});
  if (library_->Find(names[0]) != nullptr) return forward;

  for (const FunctionRef& f : base_) {
    MR_ASSIGN_OR_RETURN(BranchGradient branch, DifferentiateBranch(f, registry_, library_));
    branches_.push_back(std::move(branch));
  }
  MR_RETURN_IF_ERROR(CheckBranches());
  MR_RETURN_IF_ERROR(AgreeOnGradients());
  LayOut();
  Capture();
  info_.base = base_;
  info_.num_outputs = static_cast<int64_t>(branches_[0].body.rets.size());
  info_.taken.assign(branches_[0].taken.begin(), branches_[0].taken.end());
  std::vector<FunctionSpec> functions;
  for (int k = 0; k < static_cast<int>(base_.size()); ++k) {
    std::string name = absl::StrCat("__backward_", names[k].substr(sizeof("__forward_") - 1));
    name = library_->UniqueName(name);
    MR_ASSIGN_OR_RETURN(FunctionSpec backward, CutBackward(k, name));
    info_.backward.push_back({name, nullptr});
    functions.push_back(std::move(backward));
  }
  for (int k = static_cast<int>(base_.size()) - 1; k >= 0; --k) {
    MR_ASSIGN_OR_RETURN(FunctionSpec function, CutForward(k, names[k]));
    info_.Write(&function.attrs);
    functions.push_back(std::move(function));
  }
  for (FunctionSpec& f : functions) MR_RETURN_IF_ERROR(library_->Add(std::move(f)));
  return forward;
}

absl::Status BranchExtender::CheckBranches() const {
  for (const BranchGradient& branch : branches_) {
    if (branch.body.args.size() != branches_[0].body.args.size() ||
        branch.taken != branches_[0].taken) {
      return absl::InvalidArgumentError(absl::StrCat("The branches of the call of '", base_[0].name,
                                                     "' have different signatures"));
    }
  }
  return absl::OkStatus();
}

// An argument that one branch has a gradient for has one, maybe zero, in all. Only a single
// function keeps sparse ones.
absl::Status BranchExtender::AgreeOnGradients() {
  if (branches_.size() == 1) return absl::OkStatus();
  for (size_t j = 0; j < branches_[0].grad_inputs.size(); ++j) {
    const bool any = std::any_of(branches_.begin(), branches_.end(),
                                 [j](const BranchGradient& b) { return b.grad_inputs[j].valid(); });
    if (!any) continue;
    for (int k = 0; k < static_cast<int>(branches_.size()); ++k) {
      Gradient& g = branches_[k].grad_inputs[j];
      if (g.valid()) {
        GraphBuilder b(branches_[k].body.graph.get(), "densify");
        g = Densify(b, g);
        MR_RETURN_IF_ERROR(b.status());
      } else {
        MR_ASSIGN_OR_RETURN(g, ZeroFor(k, static_cast<int>(j)));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Gradient> BranchExtender::ZeroFor(int branch, int arg) {
  BranchGradient& target = branches_[branch];
  GraphBuilder b(target.body.graph.get(), "zeros");
  const Output x = b.FromEndpoint(target.arg(arg));
  if (BaseType(b.dtype(x)) != DType::kResource) {
    const Output zeros = b.ZerosLike(x);
    MR_RETURN_IF_ERROR(b.status());
    return Gradient(zeros);
  }
  for (const BranchGradient& other : branches_) {
    const Gradient& g = other.grad_inputs[arg];
    if (!g.valid()) continue;
    const Endpoint e = other.endpoint(g);
    MR_ASSIGN_OR_RETURN(const Tensor zero,
                        Tensor::CreateZeros(BaseType(e.node->output_type(e.index)), Shape()));
    const Output zeros = b.Fill(b.Op1("VariableShape", {x}), b.Const(zero));
    MR_RETURN_IF_ERROR(b.status());
    return Gradient(zeros);
  }
  return absl::InternalError("No branch has the gradient");
}

void BranchExtender::LayOut() {
  int64_t next = 0;
  for (const Gradient& g : branches_[0].grad_inputs) {
    if (!g.valid()) {
      info_.layout.push_back(BranchGradientInfo::kNone);
    } else if (g.sparse() && g.dense_shape.valid()) {
      info_.layout.push_back(BranchGradientInfo::kSparse - next);
      next += 3;
    } else {
      info_.layout.push_back(next);
      next += 1;
    }
  }
}

std::vector<Endpoint> BranchExtender::Results(int branch) const {
  const BranchGradient& b = branches_[branch];
  std::vector<Endpoint> results;
  for (size_t j = 0; j < info_.layout.size(); ++j) {
    if (info_.layout[j] == BranchGradientInfo::kNone) continue;
    const Gradient& g = b.grad_inputs[j];
    results.push_back(b.endpoint(g));
    if (info_.layout[j] <= BranchGradientInfo::kSparse) {
      results.push_back(b.endpoint(g.indices));
      results.push_back(b.endpoint(g.dense_shape));
    }
  }
  return results;
}

void BranchExtender::Capture() {
  std::set<int64_t> args;
  const int num_rets = static_cast<int>(branches_[0].body.rets.size());
  int64_t next_output = num_rets;
  for (int k = 0; k < static_cast<int>(branches_.size()); ++k) {
    const Captured captured = FindCaptured(branches_[k], Results(k));
    args.insert(captured.args.begin(), captured.args.end());
    for (const Endpoint& e : captured.intermediates) {
      int same = 0;  // an output that gives the value anyway
      while (same < num_rets && !(branches_.size() == 1 && branches_[k].ret(same) == e)) ++same;
      intermediates_.push_back({k, e});
      info_.captured_outputs.push_back(same < num_rets ? same : next_output++);
    }
  }
  info_.captured_inputs.assign(args.begin(), args.end());
}

// What a branch gives in place of another branch's value.
absl::StatusOr<Endpoint> BranchExtender::StandIn(int branch, Endpoint like) {
  GraphBuilder b(branches_[branch].body.graph.get(), "stand_in");
  const DType type = BaseType(like.node->output_type(like.index));
  if (type == DType::kResource) {
    return absl::UnimplementedError(absl::StrCat(
        "The gradient needs a resource handle made inside of a branch: ", like.node->Describe()));
  }
  Output value;
  if (type == DType::kVariant) {
    value = NewTensorList(b, DType::kFloat, PartialShape());
  } else {
    MR_ASSIGN_OR_RETURN(Tensor empty, Tensor::Create(type, Shape({0})));
    value = b.Const(std::move(empty));
  }
  MR_RETURN_IF_ERROR(b.status());
  return b.ToEndpoint(value);
}

absl::StatusOr<FunctionSpec> BranchExtender::CutForward(int branch, const std::string& name) {
  BranchGradient& b = branches_[branch];
  std::vector<Endpoint> inputs, outputs;
  std::vector<std::string> names;
  for (Node* arg : b.body.args) inputs.push_back({arg, 0});
  for (int i = 0; i < static_cast<int>(b.body.rets.size()); ++i) {
    outputs.push_back(b.ret(i));
    names.push_back(absl::StrCat("output_", i));
  }
  for (size_t i = 0; i < intermediates_.size(); ++i) {
    if (info_.captured_outputs[i] < info_.num_outputs) continue;
    Endpoint value = intermediates_[i].value;
    if (intermediates_[i].branch != branch) {
      MR_ASSIGN_OR_RETURN(value, StandIn(branch, value));
    }
    outputs.push_back(value);
    names.push_back(absl::StrCat("intermediate_", i));
  }
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.output_names = names;
  slice.must_run = b.body.control_returns;
  return SliceToFunction(slice);
}

absl::StatusOr<FunctionSpec> BranchExtender::CutBackward(int branch, const std::string& name) {
  BranchGradient& b = branches_[branch];
  std::vector<Endpoint> inputs = b.grad_outputs;
  for (const int64_t j : info_.captured_inputs) inputs.push_back(b.arg(static_cast<int>(j)));
  for (const Intermediate& intermediate : intermediates_) {
    Endpoint input = intermediate.value;
    if (intermediate.branch != branch) {
      const DType type = BaseType(input.node->output_type(input.index));
      MR_ASSIGN_OR_RETURN(input, AddArg(b.body.graph.get(), "unused", type, PartialShape()));
    }
    inputs.push_back(input);
  }
  const std::vector<Endpoint> outputs = Results(branch);
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs.size(); ++i) names.push_back(absl::StrCat("gradient_", i));
  FunctionSlice slice;
  slice.name = name;
  slice.inputs = inputs;
  slice.outputs = outputs;
  slice.output_names = names;
  slice.first_node_id = b.first_backward_id;
  return SliceToFunction(slice);
}

}  // namespace

absl::StatusOr<ExtendedCall> ExtendBranches(const std::shared_ptr<FunctionLibrary>& library,
                                            const Registry& registry, absl::string_view op,
                                            const AttrMap& attrs) {
  const std::vector<FunctionRef> base = BranchesOf(op, attrs);
  if (base.empty()) return absl::InvalidArgumentError(absl::StrCat(op, " has no functions"));
  BranchExtender extender(library, registry, base);
  MR_ASSIGN_OR_RETURN(std::vector<FunctionRef> forward, extender.Extend());
  MR_ASSIGN_OR_RETURN(const auto function, library->Lookup(forward[0].name));
  ExtendedCall call;
  call.attrs = attrs;
  const std::vector<DType> types = OutputTypes(*function);
  std::vector<PartialShape> shapes;
  if (attrs.Get("output_shapes", &shapes).ok() && !shapes.empty()) {
    shapes.resize(types.size());
    call.attrs.Set("output_shapes", std::move(shapes));
  }
  call.attrs.Set("Tout", types);
  SetBranches(op, std::move(forward), &call.attrs);
  return call;
}

}  // namespace millrace
