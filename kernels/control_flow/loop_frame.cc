// Enter, Exit, NextIteration, LoopCond, and their forms for references: the frame of a loop in a
// stored graph.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// What is special about these ops, the change of frame, is the executor's.
class PassKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class LoopCondKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).num_elements() != 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "A loop's condition must be a scalar, but it has shape ", c.input(0).shape().ToString()));
    }
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

// A loop variable may change its shape from turn to turn.
absl::Status EnterShape(ShapeContext& c) {
  bool is_constant = false;
  MR_RETURN_IF_ERROR(c.GetAttr("is_constant", &is_constant));
  if (is_constant || c.output_type(0) == DType::kResource) c.set_output(0, c.input(0));
  if (const HandleData* handle = c.input_handle(0)) c.set_output_handle(0, *handle);
  return absl::OkStatus();
}

absl::Status LoopCondShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  c.set_output(0, PartialShape::Scalar());
  return absl::OkStatus();
}

Op EnterOp(absl::string_view name, absl::string_view type) {
  Op op(name);
  op.Input(absl::StrCat("data: ", type))
      .Output(absl::StrCat("output: ", type))
      .Attr("T: type")
      .Attr("frame_name: string")
      .Attr("is_constant: bool = false")
      .Attr("parallel_iterations: int = 10")
      .Doc(
          "`data` in the loop called `frame_name`: in its first turn, or in each if `is_constant`.")
      .Shape(EnterShape)
      .Cpu<PassKernel>();
  return op;
}

Op PassOp(absl::string_view name, absl::string_view type, absl::string_view doc) {
  Op op(name);
  op.Input(absl::StrCat("data: ", type))
      .Output(absl::StrCat("output: ", type))
      .Attr("T: type")
      .Doc(doc)
      .Shape(SameAsInput0)
      .Cpu<PassKernel>();
  return op;
}

}  // namespace

absl::Status RegisterLoopFrame(Registry& r) {
  for (const bool is_ref : {false, true}) {
    const std::string prefix = is_ref ? "Ref" : "";
    const std::string type = is_ref ? "Ref(T)" : "T";
    MR_RETURN_IF_ERROR(r.Add(EnterOp(prefix + "Enter", type)));
    MR_RETURN_IF_ERROR(
        r.Add(PassOp(prefix + "Exit", type, "`data` outside the loop, after its last turn.")));
    MR_RETURN_IF_ERROR(
        r.Add(PassOp(prefix + "NextIteration", type, "`data` in the loop's next turn.")));
  }
  return r.Add(Op("LoopCond")
                   .Input("input: bool")
                   .Output("output: bool")
                   .Doc("Whether a loop goes on: a scalar that its Switches take.")
                   .Shape(LoopCondShape)
                   .NotDifferentiable()
                   .Cpu<LoopCondKernel>());
}

}  // namespace millrace
