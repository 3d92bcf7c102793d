// TensorListLength, TensorListElementShape, TensorListResize.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "kernels/list/list_shapes.h"
#include "kernels/list/tensor_list.h"

namespace millrace {
namespace {

constexpr int64_t kMaxSize = int64_t{1} << 28;

class LengthKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, DType::kInvalid, &decoded));
    c.set_output(0, Tensor::Scalar(static_cast<int32_t>(list->tensors.size())));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class ElementShapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    std::shared_ptr<TensorList> decoded;
    MR_ASSIGN_OR_RETURN(const TensorList* list, ListInput(c, 0, DType::kInvalid, &decoded));
    MR_ASSIGN_OR_RETURN(Tensor shape, ElementShapeTensor(list->element_shape, c.output_type(0)));
    c.set_output(0, std::move(shape));
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

class ResizeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t size, ScalarInput(c, 1, "size"));
    if (size < 0 || size > kMaxSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("TensorListResize expects size to be non-negative and at most ", kMaxSize,
                       ". Got: ", size));
    }
    MR_ASSIGN_OR_RETURN(TensorList * list, ForwardList(c, 0, 0, DType::kInvalid));
    list->tensors.resize(size);
    return absl::OkStatus();
  }
};

// The shape of a shape: as long as the rank, or a scalar if that is open.
absl::Status ElementShapeShape(ShapeContext& c) {
  const PartialShape shape = ElementShapeOf(c, 0);
  if (shape.known_rank()) c.set_output(0, PartialShape::Of({shape.rank()}));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ResizeGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output length = b.Op1("TensorListLength", {op.input(0)});
  return Gradients{b.Op1("TensorListResize", {dy[0], length}), Gradient()};
}

}  // namespace

absl::Status RegisterTensorListLength(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("TensorListLength")
                               .Input("input_handle: variant")
                               .Output("length: int32")
                               .Doc("The number of elements of the list, a scalar.")
                               .Shape(ScalarOutputs)
                               .NotDifferentiable()
                               .Cpu<LengthKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("TensorListElementShape")
                .Input("input_handle: variant")
                .Output("element_shape: shape_type")
                .Attr("shape_type: {int32, int64}")
                .Doc("What the elements' shapes have in common: a vector, -1 for sizes that are "
                     "open; the scalar -1 if the rank is.")
                .Shape(ElementShapeShape)
                .NotDifferentiable()
                .Cpu<ElementShapeKernel>()));
  return r.Add(Op("TensorListResize")
                   .Input("input_handle: variant")
                   .Input("size: int32")
                   .Output("output_handle: variant")
                   .Doc("The list cut to `size` elements, or filled up with elements not yet set.")
                   .Shape(SameList)
                   .Gradient(ResizeGradient)
                   .Cpu<ResizeKernel>());
}

}  // namespace millrace
