// Placeholder, PlaceholderV2, PlaceholderWithDefault, FakeParam.
#include <algorithm>

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/constant_kernel.h"

namespace millrace {
namespace {

class PlaceholderKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype_));
    name_ = c.node_name();
    return c.GetAttr("shape", &shape_);
  }
  absl::Status Compute(KernelContext& c) override {
    return absl::InvalidArgumentError(absl::StrCat(
        "You must feed a value for placeholder tensor '", name_, "' with dtype ", DTypeName(dtype_),
        shape_.known_rank() ? " and shape " : "", shape_.known_rank() ? shape_.ToString() : ""));
  }

 private:
  DType dtype_;
  PartialShape shape_;
  std::string name_;
};

// Stands for a tensor that nobody reads: an output of the branch of a conditional that was not
// taken.
class FakeParamKernel final : public ConstantKernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    DType dtype;
    PartialShape shape;
    MR_RETURN_IF_ERROR(c.GetAttr("dtype", &dtype));
    MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
    DimVector dims;
    for (int d = 0; d < shape.rank(); ++d) dims.push_back(std::max<int64_t>(shape.dim(d), 0));
    MR_ASSIGN_OR_RETURN(const Shape known, Shape::Create(dims));
    MR_ASSIGN_OR_RETURN(value_, Tensor::CreateZeros(dtype, known));
    return absl::OkStatus();
  }
};

class PassThroughKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, c.take_input(0));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status DefaultShape(ShapeContext& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  if (absl::StatusOr<PartialShape> merged = c.input(0).MergeWith(shape); !merged.ok()) {
    return c.Error(0, merged.status().message());
  }
  c.set_output(0, shape);
  return absl::OkStatus();
}

absl::StatusOr<Gradients> DefaultGradient(Builder&, const OpView&, const Gradients& dy) {
  return Gradients{dy[0]};
}

}  // namespace

absl::Status RegisterPlaceholder(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Placeholder")
                               .Output("output: dtype")
                               .Attr("dtype: type")
                               .Attr("shape: shape = { unknown_rank: true }")
                               .Doc("A tensor that is fed. Running it without a feed is "
                                    "INVALID_ARGUMENT.")
                               .Shape(ShapeFromAttr)
                               .NotDifferentiable()
                               .Cpu<PlaceholderKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("PlaceholderV2")
                               .Output("output: dtype")
                               .Attr("dtype: type")
                               .Attr("shape: shape")
                               .Doc("Placeholder, in older graphs.")
                               .Shape(ShapeFromAttr)
                               .NotDifferentiable()
                               .Cpu<PlaceholderKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("FakeParam")
                               .Output("output: dtype")
                               .Attr("dtype: type")
                               .Attr("shape: shape")
                               .Doc("A tensor that stands for one of the branch of a conditional "
                                    "that was not taken.")
                               .Shape(ShapeFromAttr)
                               .NotDifferentiable()
                               .Cpu<FakeParamKernel>()));
  return r.Add(Op("PlaceholderWithDefault")
                   .Input("input: dtype")
                   .Output("output: dtype")
                   .Attr("dtype: type")
                   .Attr("shape: shape")
                   .Doc("The fed tensor, or `input` where nothing is fed.")
                   .Shape(DefaultShape)
                   .Gradient(DefaultGradient)
                   .Cpu<PassThroughKernel>());
}

}  // namespace millrace
