#include "kernels/testing/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/cancellation.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/graph.h"
#include "core/runtime/plan.h"
#include "core/runtime/rendezvous.h"
#include "core/runtime/step.h"

namespace millrace {
namespace {

bool IsDifferentiable(DType t) { return IsFloating(t) || IsComplex(t); }

// Complex tensors are seen as twice as many reals: d/d(re) and d/d(im) are the parts of the
// gradient.
int64_t NumReals(const Tensor& t) { return t.num_elements() * (IsComplex(t.dtype()) ? 2 : 1); }

double GetReal(const Tensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kFloat:
    case DType::kComplex64:
      return static_cast<const float*>(t.raw_data())[i];
    case DType::kDouble:
    case DType::kComplex128:
      return static_cast<const double*>(t.raw_data())[i];
    case DType::kHalf:
      return t.data<half>()[i];
    default:
      return t.data<bfloat16>()[i];
  }
}

void SetReal(Tensor* t, int64_t i, double v) {
  switch (t->dtype()) {
    case DType::kFloat:
    case DType::kComplex64:
      static_cast<float*>(t->mutable_raw_data())[i] = static_cast<float>(v);
      break;
    case DType::kDouble:
    case DType::kComplex128:
      static_cast<double*>(t->mutable_raw_data())[i] = v;
      break;
    case DType::kHalf:
      t->mutable_data<half>()[i] = half(v);
      break;
    default:
      t->mutable_data<bfloat16>()[i] = bfloat16(v);
  }
}

bool IsDouble(DType t) { return t == DType::kDouble || t == DType::kComplex128; }

// One example, under way.
class Checker {
 public:
  Checker(const Registry& registry, Device* device, const GradientExample& example)
      : registry_(registry),
        device_(device),
        example_(example),
        library_(std::make_shared<FunctionLibrary>()),
        functions_(library_, &registry, device) {}

  absl::Status Check() {
    MR_RETURN_IF_ERROR(BuildForward());
    MR_RETURN_IF_ERROR(BuildGradient());
    MR_ASSIGN_OR_RETURN(std::vector<Tensor> gradients, Run(*gradient_plan_, {}));
    for (size_t k = 0; k < wrt_.size(); ++k) {
      MR_RETURN_IF_ERROR(CompareInput(wrt_[k], gradients[k]));
    }
    return absl::OkStatus();
  }

 private:
  bool IsVariable(int i) const {
    return std::find(example_.variables.begin(), example_.variables.end(), i) !=
           example_.variables.end();
  }

  absl::Status MakeArgs(GraphBuilder& b, Outputs* xs) {
    for (int i = 0; i < static_cast<int>(example_.inputs.size()); ++i) {
      Tensor value = example_.inputs[i];
      if (IsVariable(i)) {
        auto variable = std::make_shared<Variable>();
        MR_ASSIGN_OR_RETURN(Tensor owned, value.Clone());
        variable->Assign(std::move(owned));
        const std::string name = absl::StrCat("gradient_check_", i);
        ResourceHandle handle =
            device_->resources().MakeHandle("gradient_check", name, Variable::kTypeName);
        handle.dtypes_and_shapes = {{value.dtype(), value.shape()}};
        MR_RETURN_IF_ERROR(device_->resources().Create("gradient_check", name, variable));
        variables_.push_back(variable);
        value = Tensor::Scalar<ResourceHandle>(std::move(handle));
      } else {
        variables_.push_back(nullptr);
      }
      AttrMap attrs = {{"T", value.dtype()}, {"index", i}};
      const Output arg = b.Op1("_Arg", {}, std::move(attrs));
      MR_RETURN_IF_ERROR(b.status());
      Node* node = b.ToEndpoint(arg).node;
      b.graph().SetOutputShape(node, 0, value.shape());
      if (IsVariable(i)) {
        b.graph().SetOutputHandle(node, 0, value.data<ResourceHandle>()[0].dtypes_and_shapes);
      }
      args_.push_back(std::move(value));
      xs->push_back(arg);
    }
    return absl::OkStatus();
  }

  absl::Status BuildForward() {
    device_->resources().Clear("gradient_check");
    graph_ = std::make_unique<Graph>(&registry_, library_);
    GraphBuilder b(graph_.get());
    MR_RETURN_IF_ERROR(MakeArgs(b, &xs_));
    const Outputs ys =
        example_.build ? example_.build(b, xs_) : b.Op(example_.op, xs_, example_.attrs);
    MR_RETURN_IF_ERROR(b.status());
    for (int i = 0; i < static_cast<int>(ys.size()); ++i) {
      const bool wanted = example_.outputs.empty()
                              ? IsDifferentiable(b.dtype(ys[i]))
                              : std::find(example_.outputs.begin(), example_.outputs.end(), i) !=
                                    example_.outputs.end();
      if (wanted) ys_.push_back(ys[i]);
    }
    if (ys_.empty()) return absl::InvalidArgumentError("the example has no differentiable output");
    for (int i = 0; i < static_cast<int>(args_.size()); ++i) {
      if (example_.wrt.empty() && (IsVariable(i) || IsDifferentiable(args_[i].dtype())))
        wrt_.push_back(i);
    }
    if (!example_.wrt.empty()) wrt_ = example_.wrt;
    MR_ASSIGN_OR_RETURN(forward_plan_, MakePlan(ys_));
    MR_ASSIGN_OR_RETURN(std::vector<Tensor> values, Run(*forward_plan_, {}));
    for (const Tensor& y : values) {
      MR_ASSIGN_OR_RETURN(Tensor c, Tensor::Create(y.dtype(), y.shape()));
      for (int64_t i = 0; i < NumReals(c); ++i) SetReal(&c, i, NextCoefficient());
      cotangents_.push_back(std::move(c));
    }
    return absl::OkStatus();
  }

  // Numbers in [-1, -0.25] and [0.25, 1] that bfloat16 holds exactly.
  double NextCoefficient() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    const double magnitude = 0.25 + 0.75 * static_cast<double>((state_ >> 40) % 25) / 24;
    const double rounded = std::round(magnitude * 64) / 64;
    return (state_ >> 63) != 0 ? rounded : -rounded;
  }

  // The graph as it is now, with results; the graph itself stays as it was.
  absl::StatusOr<std::shared_ptr<const Plan>> MakePlan(const Outputs& results) {
    std::unique_ptr<Graph> copy = graph_->Copy();
    GraphBuilder b(copy.get());
    for (int i = 0; i < static_cast<int>(results.size()); ++i) {
      const Endpoint in_graph{graph_->nodes()[results[i].node].get(), results[i].index};
      Node* node = copy->FindNode(in_graph.node->name());
      if (node == nullptr) return absl::InternalError("a copied graph lacks a node");
      b.Op("_Retval", {b.FromEndpoint({node, in_graph.index})}, {{"index", i}});
    }
    MR_RETURN_IF_ERROR(b.status());
    return Plan::Create(std::move(copy), device_, &functions_);
  }

  absl::Status BuildGradient() {
    GraphBuilder b(graph_.get());
    std::vector<Endpoint> ys, xs;
    GradientOptions options;
    for (size_t i = 0; i < ys_.size(); ++i) {
      ys.push_back(b.ToEndpoint(ys_[i]));
      options.grad_ys.push_back(b.ToEndpoint(b.Const(cotangents_[i])));
    }
    for (int i : wrt_) xs.push_back(b.ToEndpoint(xs_[i]));
    MR_RETURN_IF_ERROR(b.status());
    MR_ASSIGN_OR_RETURN(Gradients gradients, AddGradients(graph_.get(), ys, xs, options));
    GraphBuilder after(graph_.get());
    Outputs dense;
    for (size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].valid()) {
        return absl::InvalidArgumentError(
            absl::StrCat(example_.op, ": no gradient for input ", wrt_[k]));
      }
      dense.push_back(Densify(after, gradients[k]));
    }
    MR_RETURN_IF_ERROR(after.status());
    MR_ASSIGN_OR_RETURN(gradient_plan_, MakePlan(dense));
    return absl::OkStatus();
  }

  // `changed` (index, value) replaces one argument.
  absl::StatusOr<std::vector<Tensor>> Run(const Plan& plan,
                                          const std::vector<std::pair<int, Tensor>>& changed) {
    std::vector<Tensor> args = args_;
    for (const auto& [i, value] : changed) {
      if (IsVariable(i)) {
        variables_[i]->Assign(value);
      } else {
        args[i] = value;
      }
    }
    args.resize(plan.num_args());
    LocalRendezvous rendezvous;
    Cancellation cancellation;
    StepContext step;
    step.step_id = ++step_id_;
    step.rendezvous = &rendezvous;
    step.cancellation = &cancellation;
    auto results = plan.Run(&step, std::move(args));
    device_->resources().Clear(step.container());
    return results;
  }

  absl::StatusOr<double> Loss(int input, const Tensor& value) {
    MR_ASSIGN_OR_RETURN(std::vector<Tensor> ys, Run(*forward_plan_, {{input, value}}));
    double loss = 0;
    for (size_t k = 0; k < ys.size(); ++k) {
      for (int64_t i = 0; i < NumReals(ys[k]); ++i)
        loss += GetReal(ys[k], i) * GetReal(cotangents_[k], i);
    }
    return loss;
  }

  absl::Status CompareInput(int input, const Tensor& gradient) {
    const Tensor& x = example_.inputs[input];
    if (gradient.dtype() != x.dtype() || gradient.shape() != x.shape()) {
      return absl::InvalidArgumentError(absl::StrCat(example_.op, ": the gradient for input ",
                                                     input, " is ", gradient.DebugString(),
                                                     ", the input ", x.DebugString()));
    }
    const double step = IsDouble(x.dtype()) ? 1e-4 : x.dtype() == DType::kFloat ? 1e-2 : 0.0625;
    const double tolerance = example_.tolerance > 0 ? example_.tolerance
                             : IsDouble(x.dtype())  ? 1e-5
                                                    : 2e-2;
    for (int64_t i = 0; i < NumReals(x); ++i) {
      double losses[2], at[2];
      for (int side = 0; side < 2; ++side) {
        MR_ASSIGN_OR_RETURN(Tensor moved, x.Clone());
        SetReal(&moved, i, GetReal(x, i) + (side == 0 ? -step : step));
        at[side] = GetReal(moved, i);
        MR_ASSIGN_OR_RETURN(losses[side], Loss(input, moved));
      }
      const double numeric = (losses[1] - losses[0]) / (at[1] - at[0]);
      const double symbolic = GetReal(gradient, i);
      const double scale = std::max({1.0, std::abs(numeric), std::abs(symbolic)});
      if (!(std::abs(numeric - symbolic) <= tolerance * scale)) {
        return absl::InvalidArgumentError(absl::StrCat(example_.op, ": gradient by element ", i,
                                                       " of input ", input, " is ", symbolic,
                                                       ", by finite differences ", numeric));
      }
    }
    if (IsVariable(input)) {
      MR_ASSIGN_OR_RETURN(Tensor restored, x.Clone());
      variables_[input]->Assign(std::move(restored));
    }
    return absl::OkStatus();
  }

  const Registry& registry_;
  Device* const device_;
  const GradientExample& example_;
  std::shared_ptr<FunctionLibrary> library_;
  FunctionRuntime functions_;
  std::unique_ptr<Graph> graph_;
  Outputs xs_, ys_;
  std::vector<Tensor> args_;
  std::vector<std::shared_ptr<Variable>> variables_;  // null where the input is no variable
  std::vector<int> wrt_;
  std::vector<Tensor> cotangents_;
  std::shared_ptr<const Plan> forward_plan_, gradient_plan_;
  uint64_t state_ = 1;
  uint64_t step_id_ = 0;
};

}  // namespace

absl::Status CheckGradient(const Registry& registry, Device* device,
                           const GradientExample& example) {
  return Annotate(Checker(registry, device, example).Check(),
                  absl::StrCat("gradient of ", example.op));
}

}  // namespace millrace
