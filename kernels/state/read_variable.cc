// ReadVariableOp, DisableCopyOnRead.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/state/variable_access.h"

namespace millrace {
namespace {

class ReadVariableKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Tensor value, ReadVariable(c, 0));
    if (value.dtype() != c.output_type(0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Trying to read variable with wrong dtype. Expected ",
                       DTypeName(c.output_type(0)), " got ", DTypeName(value.dtype())));
    }
    c.set_output(0, std::move(value));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

// A read is a snapshot here whatever was asked for before: there is nothing to turn off.
class DisableCopyOnReadKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override { return LookupVariable(c, 0).status(); }
  bool cheap() const override { return true; }
};

// The gradient of the value is that of the variable, sparse or dense.
absl::StatusOr<Gradients> ReadVariableGradient(Builder&, const OpView&, const Gradients& dy) {
  return Gradients{dy[0]};
}

}  // namespace

absl::Status RegisterReadVariable(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("DisableCopyOnRead")
                               .Input("resource: resource")
                               .Stateful()
                               .Doc("No effect: a read never sees later updates, and copies only "
                                    "where it must. FAILED_PRECONDITION if there is no variable.")
                               .Shape(NoOutputs)
                               .NotDifferentiable()
                               .Cpu<DisableCopyOnReadKernel>()));
  return r.Add(Op("ReadVariableOp")
                   .Input("resource: resource")
                   .Output("value: dtype")
                   .Attr("dtype: type")
                   .Stateful()
                   .Doc("A snapshot of the variable's value: later updates do not change it. "
                        "FAILED_PRECONDITION while it has none.")
                   .Shape(SameAsVariable)
                   .Gradient(ReadVariableGradient)
                   .AcceptsSparseGradient()
                   .Cpu<ReadVariableKernel>());
}

}  // namespace millrace
