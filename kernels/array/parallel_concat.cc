// ParallelConcat: N tensors of one row each, one below the other.
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"

namespace millrace {
namespace {

class ParallelConcatKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    PartialShape shape;
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
    if (!shape.fully_defined() || shape.rank() == 0 || shape.dim(0) != c.num_inputs()) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", shape.ToString(), " is not that of ", c.num_inputs(), " rows"));
    }
    shape_ = shape.ToShape();
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    Shape row = shape_;
    MR_RETURN_IF_ERROR(row.SetDim(0, 1));
    for (int i = 0; i < c.num_inputs(); ++i) {
      if (c.input(i).shape() == row) continue;
      return absl::InvalidArgumentError(absl::StrCat("values[", i, "] must have shape ",
                                                     row.ToString(), ", not ",
                                                     c.input(i).shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape_, &out));
    for (int i = 0; i < c.num_inputs(); ++i) {
      CopyElements(out->dtype(), c.input(i).raw_data(),
                   MutableElementAt(*out, i * row.num_elements()), row.num_elements());
    }
    return absl::OkStatus();
  }

 private:
  Shape shape_;
};

absl::Status ParallelConcatShape(ShapeContext& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  if (!shape.fully_defined() || shape.rank() == 0)
    return absl::InvalidArgumentError("shape attribute must be fully defined");
  PartialShape row = shape;
  row.SetDim(0, 1);
  for (int i = 0; i < c.num_inputs(); ++i) {
    const auto merged = c.input(i).MergeWith(row);
    if (!merged.ok()) return c.Error(i, merged.status().message());
  }
  if (shape.dim(0) != c.num_inputs())
    return absl::InvalidArgumentError("the first size of shape must be the number of values");
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterParallelConcat(Registry& r) {
  return r.Add(
      Op("ParallelConcat")
          .Input("values: N * T")
          .Output("output: T")
          .Attr("N: int >= 1")
          .Attr("T: type")
          .Attr("shape: shape")
          .Doc("The values, each of one row, one below the other; `shape` is the result's.")
          .Shape(ParallelConcatShape)
          .NotDifferentiable()
          .Cpu<ParallelConcatKernel>());
}

}  // namespace millrace
