// Placeholder, PlaceholderWithDefault.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

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
