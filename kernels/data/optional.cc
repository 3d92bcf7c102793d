// OptionalFromValue, OptionalNone, OptionalHasValue, OptionalGetValue: tensors that may be there or
// not.
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/variant.h"
#include "kernels/data/optional_value.h"

namespace millrace {
namespace {

absl::StatusOr<const OptionalValue*> OptionalInput(const KernelContext& c) {
  const Tensor& t = c.input(0);
  const OptionalValue* value = t.rank() == 0 ? t.scalar<Variant>().get<OptionalValue>() : nullptr;
  if (value != nullptr) return value;
  return absl::InvalidArgumentError("The given variant does not contain an Optional");
}

class OptionalFromValueKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    auto value = std::make_shared<OptionalValue>();
    value->has_value = true;
    for (int i = 0; i < c.num_inputs(); ++i) {
      MR_ASSIGN_OR_RETURN(Tensor component, c.input(i).Owned());
      value->components.push_back(std::move(component));
    }
    c.set_output(0, OptionalTensor(std::move(value)));
    return absl::OkStatus();
  }
};

class OptionalNoneKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    c.set_output(0, OptionalTensor(std::make_shared<OptionalValue>()));
    return absl::OkStatus();
  }
};

class OptionalHasValueKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const OptionalValue* value, OptionalInput(c));
    c.set_output(0, Tensor::Scalar<bool>(value->has_value));
    return absl::OkStatus();
  }
};

class OptionalGetValueKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes_));
    if (static_cast<int>(shapes_.size()) == c.num_outputs()) return absl::OkStatus();
    return absl::InvalidArgumentError("output_types and output_shapes must have the same length");
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const OptionalValue* value, OptionalInput(c));
    if (!value->has_value)
      return absl::InvalidArgumentError("The given optional does not have a value.");
    if (static_cast<int>(value->components.size()) != c.num_outputs()) {
      return absl::InvalidArgumentError(absl::StrCat("The given optional has ",
                                                     value->components.size(),
                                                     " components, expected ", c.num_outputs()));
    }
    for (int i = 0; i < c.num_outputs(); ++i) {
      const Tensor& component = value->components[i];
      if (component.dtype() != c.output_type(i) ||
          !shapes_[i].IsCompatibleWith(component.shape())) {
        return absl::InvalidArgumentError(
            absl::StrCat("component ", i, " of the given optional is ",
                         DTypeName(component.dtype()), component.shape().ToString(), ", expected ",
                         DTypeName(c.output_type(i)), shapes_[i].ToString()));
      }
      c.set_output(i, component);
    }
    return absl::OkStatus();
  }

 private:
  std::vector<PartialShape> shapes_;
};

absl::Status OptionalGetShape(ShapeContext& c) {
  std::vector<PartialShape> shapes;
  MR_RETURN_IF_ERROR(c.GetAttr("output_shapes", &shapes));
  for (int i = 0; i < c.num_outputs() && i < static_cast<int>(shapes.size()); ++i)
    c.set_output(i, shapes[i]);
  return absl::OkStatus();
}

// The gradient of an optional is an optional of the components' gradients.
absl::StatusOr<Gradients> FromValueGradient(Builder& b, const OpView& op, const Gradients& dy) {
  std::vector<DType> types;
  std::vector<PartialShape> shapes;
  for (const Output& component : op.inputs()) {
    types.push_back(b.dtype(component));
    shapes.push_back(b.shape(component));
  }
  const Outputs parts =
      b.Op("OptionalGetValue", {dy[0]}, {{"output_types", types}, {"output_shapes", shapes}});
  if (!b.ok()) return b.status();
  return Gradients(parts.begin(), parts.end());
}

absl::StatusOr<Gradients> GetValueGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Outputs parts;
  for (int i = 0; i < op.num_outputs(); ++i)
    parts.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  return Gradients{b.Op1("OptionalFromValue", parts)};
}

}  // namespace

absl::Status RegisterOptional(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("OptionalFromValue")
                               .Input("components: Toutput_types")
                               .Output("optional: variant")
                               .Attr("Toutput_types: list(type) >= 1")
                               .Doc("An optional that has these tensors.")
                               .Shape(ScalarOutputs)
                               .Gradient(FromValueGradient)
                               .Cpu<OptionalFromValueKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("OptionalNone")
                               .Output("optional: variant")
                               .Doc("An optional that has no value.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<OptionalNoneKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("OptionalHasValue")
                               .Input("optional: variant")
                               .Output("has_value: bool")
                               .Doc("Whether an optional has a value.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<OptionalHasValueKernel>()));
  return r.Add(Op("OptionalGetValue")
                   .Input("optional: variant")
                   .Output("components: output_types")
                   .Attr("output_types: list(type) >= 1")
                   .Attr("output_shapes: list(shape) >= 1")
                   .Doc("The tensors of an optional; INVALID_ARGUMENT if it has none.")
                   .Shape(OptionalGetShape)
                   .Gradient(GetValueGradient)
                   .Cpu<OptionalGetValueKernel>());
}

}  // namespace millrace
