// TensorArrayWriteV3, TensorArrayReadV3: one element.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/tensor_array/array_use.h"
#include "kernels/tensor_array/tensor_array_resource.h"

namespace millrace {
namespace {

class WriteKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_ASSIGN_OR_RETURN(const int64_t index, IntArg(c.input(1), "index"));
    MR_RETURN_IF_ERROR(array->Write(index, c.input(2)));
    c.set_output(0, c.take_input(3));
    return absl::OkStatus();
  }
};

class ReadKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const auto array, c.resource<TensorArrayResource>(0));
    MR_RETURN_IF_ERROR(CheckArrayDtype(*array, c.output_type(0)));
    MR_ASSIGN_OR_RETURN(const int64_t index, IntArg(c.input(1), "index"));
    MR_ASSIGN_OR_RETURN(Tensor value, array->Read(index));
    c.set_output(0, std::move(value));
    return absl::OkStatus();
  }
};

// What was read from the array is written to the gradient array.
absl::StatusOr<Gradients> ReadGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs g = GradientArray(b, op, op.input(2));
  return Gradients{{}, {}, b.Op1("TensorArrayWriteV3", {g[0], op.input(1), dy[0], g[1]})};
}
// And the other way round.
absl::StatusOr<Gradients> WriteGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs g = GradientArray(b, op, dy[0]);
  return Gradients{
      {},
      {},
      b.Op1("TensorArrayReadV3", {g[0], op.input(1), g[1]}, {{"dtype", op.attr<DType>("T")}}),
      dy[0]};
}

}  // namespace

absl::Status RegisterArrayElements(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorArrayWriteV3")
                               .Input("handle: resource")
                               .Input("index: int32")
                               .Input("value: T")
                               .Input("flow_in: float")
                               .Output("flow_out: float")
                               .Attr("T: type")
                               .Stateful()
                               .Doc("Writes element `index`.")
                               .Shape(ScalarOutputs)
                               .Gradient(WriteGradient)
                               .Cpu<WriteKernel>()));
  return r.Add(Op("TensorArrayReadV3")
                   .Input("handle: resource")
                   .Input("index: int32")
                   .Input("flow_in: float")
                   .Output("value: dtype")
                   .Attr("dtype: type")
                   .Stateful()
                   .Doc("Reads element `index`.")
                   .Shape(UnknownOutputs)
                   .Gradient(ReadGradient)
                   .Cpu<ReadKernel>());
}

}  // namespace millrace
