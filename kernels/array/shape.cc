// Shape, ShapeN, Size, Rank: facts of a tensor, whatever its elements.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"

namespace millrace {
namespace {

class ShapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    for (int i = 0; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor shape, ShapeToTensor(c.input(i).shape(), c.output_type(i)));
      c.set_output(i, std::move(shape));
    }
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class SizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(Tensor size, IntToTensor(c.input(0).num_elements(), c.output_type(0)));
    c.set_output(0, std::move(size));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class RankKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, Tensor::Scalar<int32_t>(c.input(0).rank()));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status VectorsOfRank(ShapeContext& c) {
  for (int i = 0; i < c.num_inputs(); ++i) {
    c.set_output(i, PartialShape::Of({c.input(i).rank()}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterShape(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Shape")
                               .Input("input: T")
                               .Output("output: out_type")
                               .Attr("T: type")
                               .Attr("out_type: {int32, int64} = DT_INT32")
                               .Doc("The sizes of `input`'s dimensions. output: [rank].")
                               .Shape(VectorsOfRank)
                               .NotDifferentiable()
                               .Cpu<ShapeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("ShapeN")
                               .Input("input: N * T")
                               .Output("output: N * out_type")
                               .Attr("N: int >= 1")
                               .Attr("T: type")
                               .Attr("out_type: {int32, int64} = DT_INT32")
                               .Doc("The shapes of N tensors.")
                               .Shape(VectorsOfRank)
                               .NotDifferentiable()
                               .Cpu<ShapeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Size")
                               .Input("input: T")
                               .Output("output: out_type")
                               .Attr("T: type")
                               .Attr("out_type: {int32, int64} = DT_INT32")
                               .Doc("The number of elements. output: scalar.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<SizeKernel>()));
  return r.Add(Op("Rank")
                   .Input("input: T")
                   .Output("output: int32")
                   .Attr("T: type")
                   .Doc("The number of dimensions. output: scalar.")
                   .Shape(ScalarOutputs)
                   .NotDifferentiable()
                   .Cpu<RankKernel>());
}

}  // namespace millrace
