// Switch, RefSwitch, _SwitchN, RefSelect: a tensor to one of several outputs; the others are dead.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// An output that is not set is dead; the executor of graphs with frames looks for it.
class SwitchKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(1).num_elements() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The second input must be a scalar, but it has shape ", c.input(1).shape().ToString()));
    }
    const bool pred = c.input(1).scalar<bool>();
    c.set_output(pred ? 1 : 0, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class SwitchNKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(1).num_elements() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "output_index must be a scalar, but it has shape ", c.input(1).shape().ToString()));
    }
    const int32_t index = c.input(1).scalar<int32_t>();
    const bool in_range = index >= 0 && index < c.num_outputs();
    c.set_output(in_range ? index : c.num_outputs() - 1, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class RefSelectKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).num_elements() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Index must be a scalar, but it has shape ", c.input(0).shape().ToString()));
    }
    const int32_t index = c.input(0).scalar<int32_t>();
    if (index < 0 || index >= c.num_inputs() - 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("Index must be in the range [0, ", c.num_inputs() - 1, ") but got ", index));
    }
    c.set_output(0, c.take_input(index + 1));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status SwitchShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 0).status());
  for (int i = 0; i < c.num_outputs(); ++i) {
    c.set_output(i, c.input(0));
    if (const HandleData* handle = c.input_handle(0)) c.set_output_handle(i, *handle);
  }
  return absl::OkStatus();
}

// Of a conditional: the gradient that comes back from the branch that was taken; the other is dead.
// A branch from which none comes back gives zeros.
absl::StatusOr<Gradients> SwitchGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Outputs branches;
  for (int i = 0; i < 2; ++i)
    branches.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  const Outputs merged = b.Op("Merge", branches, {{"N", int64_t{2}}});
  if (!b.ok()) return b.status();
  return Gradients{merged[0], Gradient()};
}

}  // namespace

absl::Status RegisterSwitch(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Switch")
                .Input("data: T")
                .Input("pred: bool")
                .Output("output_false: T")
                .Output("output_true: T")
                .Attr("T: type")
                .Doc("`data` at output_true if `pred`, a scalar, is true, else at output_false.\n"
                     "What depends on the other output does not run, up to a Merge.")
                .Shape(SwitchShape)
                .Gradient(SwitchGradient)
                .Cpu<SwitchKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("RefSwitch")
                               .Input("data: Ref(T)")
                               .Input("pred: bool")
                               .Output("output_false: Ref(T)")
                               .Output("output_true: Ref(T)")
                               .Attr("T: type")
                               .AllowsUninitializedInput()
                               .Doc("Switch of a reference to a variable.")
                               .Shape(SwitchShape)
                               .Cpu<SwitchKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("_SwitchN")
                               .Input("data: T")
                               .Input("output_index: int32")
                               .Output("outputs: num_outs * T")
                               .Attr("num_outs: int >= 1")
                               .Attr("T: type")
                               .Doc("`data` at the output of number `output_index`, at the last "
                                    "one if that is out of range.")
                               .Shape(SwitchShape)
                               .NotDifferentiable()
                               .Cpu<SwitchNKernel>()));
  return r.Add(Op("RefSelect")
                   .Input("index: int32")
                   .Input("inputs: Ref(N * T)")
                   .Output("output: Ref(T)")
                   .Attr("T: type")
                   .Attr("N: int >= 1")
                   .Doc("The reference of number `index`, a scalar.")
                   .Shape(UnknownOutputs)
                   .NotDifferentiable()
                   .Cpu<RefSelectKernel>());
}

}  // namespace millrace
