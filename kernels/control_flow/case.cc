// Case, StatelessCase: one of several functions, by number.
#include <memory>
#include <vector>

#include "core/base/status.h"
#include "core/graph/function_gradients.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/control_flow/function_call.h"

namespace millrace {
namespace {

class CaseKernel final : public AsyncKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::vector<FunctionRef> branches;
    MR_RETURN_IF_ERROR(c.GetAttr("branches", &branches));
    for (FunctionRef& branch : branches) {
      branches_.push_back(std::make_unique<Callee>());
      MR_RETURN_IF_ERROR(branches_.back()->Init(c, std::move(branch)));
    }
    return absl::OkStatus();
  }
  void ComputeAsync(KernelContext& c, Done done) override {
    if (c.input(0).num_elements() != 1) {
      return done(absl::InvalidArgumentError("branch_index must be a scalar"));
    }
    const int32_t index = c.input(0).scalar<int32_t>();
    const bool in_range = index >= 0 && index < static_cast<int32_t>(branches_.size());
    Callee* branch = in_range ? branches_[index].get() : branches_.back().get();
    CallFunction(branch, c, 1, std::move(done));
  }

 private:
  std::vector<std::unique_ptr<Callee>> branches_;
};

Op CaseOp(absl::string_view name) {
  Op op(name);
  op.Input("branch_index: int32")
      .Input("input: Tin")
      .Output("output: Tout")
      .Attr("Tin: list(type) >= 0")
      .Attr("Tout: list(type) >= 0")
      .Attr("branches: list(func) >= 1")
      .Attr("output_shapes: list(shape) = []")
      .Doc(
          "The results of the function of number `branch_index` applied to `input`.\n"
          "branch_index: a scalar; a number out of range takes the last branch.")
      .Shape(ShapesFromOutputShapes)
      .Gradient(BranchOpGradient)
      .MayWait()
      .Cpu<CaseKernel>();
  return op;
}

}  // namespace

absl::Status RegisterCase(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(CaseOp("StatelessCase")));
  return r.Add(CaseOp("Case").Stateful());
}

}  // namespace millrace
