// If, StatelessIf: one of two functions.
#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

class IfKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    FunctionRef then_branch, else_branch;
    MR_RETURN_IF_ERROR(c.GetAttr("then_branch", &then_branch));
    MR_RETURN_IF_ERROR(c.GetAttr("else_branch", &else_branch));
    MR_RETURN_IF_ERROR(then_.Init(c, std::move(then_branch)));
    return else_.Init(c, std::move(else_branch));
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    const absl::StatusOr<bool> condition = IsTrue(c.input(0));
    if (!condition.ok()) return done(condition.status());
    CallFunction(*condition ? &then_ : &else_, c, 1, std::move(done));
  }

 private:
  Callee then_, else_;
};

Op IfOp(absl::string_view name) {
  Op op(name);
  op.Input("cond: Tcond")
      .Input("input: Tin")
      .Output("output: Tout")
      .Attr("Tcond: type")
      .Attr("Tin: list(type) >= 0")
      .Attr("Tout: list(type) >= 0")
      .Attr("then_branch: func")
      .Attr("else_branch: func")
      .Attr("output_shapes: list(shape) = []")
      .Doc(
          "The results of `then_branch` applied to `input` if `cond` is true, else those of "
          "`else_branch`.\n"
          "cond: a scalar that is not zero or not empty is true; so is another tensor with "
          "elements.")
      .Shape(ShapesFromOutputShapes)
      .Gradient(BranchOpGradient)
      .MayWait()
      .Cpu<IfKernel>();
  return op;
}

}  // namespace

absl::Status RegisterIf(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(IfOp("StatelessIf")));
  return r.Add(IfOp("If").Stateful());
}

}  // namespace millrace
