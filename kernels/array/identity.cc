// Identity, IdentityN, GuaranteeConst, Snapshot, DeepCopy, StopGradient, PreventGradient.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class IdentityKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < c.num_inputs(); ++i) c.set_output(i, c.take_input(i));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class DeepCopyKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Tensor copy, c.input(0).Clone(c.device()->allocator()));
    c.set_output(0, std::move(copy));
    return absl::OkStatus();
  }
};

absl::Status SameAsInputs(ShapeContext& c) {
  for (int i = 0; i < c.num_inputs(); ++i) {
    c.set_output(i, c.input(i));
    if (const HandleData* handle = c.input_handle(i)) c.set_output_handle(i, *handle);
  }
  return absl::OkStatus();
}

absl::StatusOr<Gradients> PassGradients(Builder&, const OpView&, const Gradients& dy) { return dy; }

absl::StatusOr<Gradients> RefuseGradient(Builder&, const OpView& op, const Gradients&) {
  return absl::InvalidArgumentError(absl::StrCat(
      "gradient explicitly disabled at node '", op.name(), "': ", op.attr<std::string>("message")));
}

}  // namespace

absl::Status RegisterIdentity(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Identity")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("The input.")
                               .Shape(SameAsInputs)
                               .Gradient(PassGradients)
                               .AcceptsSparseGradient()
                               .Cpu<IdentityKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("IdentityN")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: list(type) >= 1")
                               .Doc("The inputs, each as an output.")
                               .Shape(SameAsInputs)
                               .Gradient(PassGradients)
                               .AcceptsSparseGradient()
                               .Cpu<IdentityKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("GuaranteeConst")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("The input, which the graph's maker knows to be constant.")
                               .Shape(SameAsInputs)
                               .NotDifferentiable()
                               .Cpu<IdentityKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Snapshot")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("The input, as it is now.")
                               .Shape(SameAsInputs)
                               .Gradient(PassGradients)
                               .Cpu<IdentityKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("DeepCopy")
                               .Input("x: T")
                               .Output("y: T")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("A copy of `x` with memory of its own.")
                               .Shape(SameAsInputs)
                               .NotDifferentiable()
                               .Cpu<DeepCopyKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("StopGradient")
                               .Input("input: T")
                               .Output("output: T")
                               .Attr("T: type")
                               .Doc("The input; a constant as far as gradients go.")
                               .Shape(SameAsInputs)
                               .NotDifferentiable()
                               .Cpu<IdentityKernel>()));
  return r.Add(Op("PreventGradient")
                   .Input("input: T")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("message: string = ''")
                   .Doc("The input; asking for its gradient is an error with `message`.")
                   .Shape(SameAsInputs)
                   .Gradient(RefuseGradient)
                   .Cpu<IdentityKernel>());
}

}  // namespace millrace
