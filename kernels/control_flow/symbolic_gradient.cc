// SymbolicGradient: the gradient of a function.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/branch_gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

// (arguments..., gradients of the results...) of a function that was differentiated.
absl::StatusOr<std::vector<Endpoint>> Inputs(const BranchGradient& g) {
  std::vector<Endpoint> inputs;
  for (size_t i = 0; i < g.body.args.size(); ++i) inputs.push_back(g.arg(static_cast<int>(i)));
  size_t taken = 0;
  for (int i = 0; i < static_cast<int>(g.body.rets.size()); ++i) {
    if (taken < g.taken.size() && g.taken[taken] == i) {
      inputs.push_back(g.grad_outputs[taken++]);
      continue;
    }
    // Of integers, say: nothing depends on it.
    const Endpoint y = g.ret(i);
    MR_ASSIGN_OR_RETURN(const Endpoint unused,
                        AddArg(g.body.graph.get(), absl::StrCat("no_grad_", i),
                               BaseType(y.node->output_type(y.index)), PartialShape()));
    inputs.push_back(unused);
  }
  return inputs;
}

// The gradients of the arguments, dense, and zero where no result depends on one.
absl::StatusOr<std::vector<Endpoint>> Results(const BranchGradient& g) {
  GraphBuilder b(g.body.graph.get(), "dense");
  std::vector<Endpoint> results;
  for (size_t i = 0; i < g.body.args.size(); ++i) {
    const Gradient& dx = g.grad_inputs[i];
    const Output x = b.FromEndpoint(g.arg(static_cast<int>(i)));
    const Output dense = dx.valid() ? Densify(b, dx) : b.ZerosLike(x);
    MR_RETURN_IF_ERROR(b.status());
    results.push_back(b.ToEndpoint(dense));
  }
  return results;
}

absl::Status CheckTypes(const std::vector<Endpoint>& of_function, const std::vector<DType>& of_node,
                        absl::string_view what) {
  bool fits = of_function.size() == of_node.size();
  for (size_t i = 0; fits && i < of_node.size(); ++i) {
    const Endpoint& e = of_function[i];
    fits = BaseType(e.node->output_type(e.index)) == of_node[i];
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the node's ", of_node.size(), " ", what, " are not the ", of_function.size(),
                   " of the gradient of its function, or of other types"));
}

class SymbolicGradientKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    FunctionRef f;
    MR_RETURN_IF_ERROR(c.GetAttr("f", &f));
    if (c.functions() == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("Function ", f.name, " cannot be called here"));
    }
    const std::string own = c.functions()->library().Gradient(f.name);
    if (!own.empty()) return callee_.Init(c, {own, f.attrs});
    MR_ASSIGN_OR_RETURN(const std::string name, AddGradient(c, f));
    return callee_.Init(c, {name, nullptr});
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    CallFunction(&callee_, c, 0, std::move(done));
  }

 private:
  // Puts the gradient of f into the library. Its name there.
  static absl::StatusOr<std::string> AddGradient(KernelConstruction& c, const FunctionRef& f) {
    std::vector<DType> in, out;
    MR_RETURN_IF_ERROR(c.GetAttr("Tin", &in));
    MR_RETURN_IF_ERROR(c.GetAttr("Tout", &out));
    const auto& library = c.functions()->shared_library();
    auto gradient = DifferentiateBranch(f, *c.functions()->registry(), library);
    if (absl::IsUnimplemented(gradient.status()))  // an op has no gradient
      return absl::NotFoundError(gradient.status().message());
    MR_RETURN_IF_ERROR(gradient.status());
    MR_ASSIGN_OR_RETURN(const std::vector<Endpoint> inputs, Inputs(*gradient));
    MR_ASSIGN_OR_RETURN(const std::vector<Endpoint> results, Results(*gradient));
    MR_RETURN_IF_ERROR(CheckTypes(inputs, in, "inputs"));
    MR_RETURN_IF_ERROR(CheckTypes(results, out, "outputs"));
    std::string name = absl::StrCat("__gradient_", f.name);
    for (;;) {
      MR_ASSIGN_OR_RETURN(FunctionSpec made,
                          GraphToFunction(*gradient->body.graph, name, inputs, results));
      const absl::Status added = library->Add(std::move(made));
      if (added.ok()) return name;
      if (!absl::IsAlreadyExists(added)) return added;
      name = library->UniqueName(name);  // that one is of other attributes
    }
  }

  Callee callee_;
};

// Gradients have the shapes of the arguments.
absl::Status SymbolicGradientShape(ShapeContext& c) {
  if (c.num_inputs() < c.num_outputs())
    return absl::InvalidArgumentError("there must be an input for each output");
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, c.input(i));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSymbolicGradient(Registry& r) {
  return r.Add(Op("SymbolicGradient")
                   .Input("input: Tin")
                   .Output("output: Tout")
                   .Attr("Tin: list(type) >= 1")
                   .Attr("Tout: list(type) >= 1")
                   .Attr("f: func")
                   .Doc("The gradients of the arguments of `f`, by those of its results.\ninput: "
                        "the arguments, then the gradients of the results.")
                   .Shape(SymbolicGradientShape)
                   .NotDifferentiable()
                   .MayWait()
                   .Cpu<SymbolicGradientKernel>());
}

}  // namespace millrace
