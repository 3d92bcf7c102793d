// Merge, RefMerge: the first of several tensors that is there.
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class MergeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < c.num_inputs(); ++i) {
      if (!c.input(i).initialized()) continue;
      c.set_output(0, c.take_input(i));
      c.set_output(1, Tensor::Scalar<int32_t>(i));
      return absl::OkStatus();
    }
    return absl::InternalError("Merge runs without an input that is alive");
  }
  bool cheap() const override { return true; }
};

// What all inputs have in common.
absl::Status MergeShape(ShapeContext& c) {
  PartialShape shape = c.input(0);
  for (int i = 1; i < c.num_inputs(); ++i) {
    const PartialShape& other = c.input(i);
    if (!shape.known_rank() || !other.known_rank() || shape.rank() != other.rank()) {
      shape = PartialShape::Unknown();
      break;
    }
    for (int d = 0; d < shape.rank(); ++d) {
      if (shape.dim(d) != other.dim(d)) shape.SetDim(d, PartialShape::kUnknownDim);
    }
  }
  c.set_output(0, shape);
  c.set_output(1, PartialShape::Scalar());
  if (const HandleData* handle = c.input_handle(0)) c.set_output_handle(0, *handle);
  return absl::OkStatus();
}

// To the input that came; at the others the gradient is dead, as they were.
absl::StatusOr<Gradients> MergeGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(op.num_inputs());
  if (!dy[0].valid()) return result;
  for (int i = 0; i < op.num_inputs(); ++i) {
    const Output came = b.Equal(op.output(1), b.Scalar<int32_t>(i));
    const Outputs sides = b.Op("Switch", {dy[0], came});
    if (!b.ok()) return b.status();
    result[i] = sides[1];
  }
  return result;
}

}  // namespace

absl::Status RegisterMerge(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("Merge")
                .Input("inputs: N * T")
                .Output("output: T")
                .Output("value_index: int32")
                .Attr("T: type")
                .Attr("N: int >= 1")
                .Doc("The first of `inputs` that is there and not dead, and its number.\n"
                     "Runs as soon as one is; in a loop one input comes from a NextIteration.")
                .Shape(MergeShape)
                .Gradient(MergeGradient)
                .Cpu<MergeKernel>()));
  return r.Add(Op("RefMerge")
                   .Input("inputs: Ref(N * T)")
                   .Output("output: Ref(T)")
                   .Output("value_index: int32")
                   .Attr("T: type")
                   .Attr("N: int >= 1")
                   .Doc("Merge of references to variables.")
                   .Shape(MergeShape)
                   .Cpu<MergeKernel>());
}

}  // namespace millrace
