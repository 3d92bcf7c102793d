// Reshape, QuantizedReshape: the same elements under another shape.
#include "absl/algorithm/container.h"
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

// `dims` with its -1, if any, replaced by what makes as many elements as a tensor of shape `from`
// has. Where both have a size 0, the other sizes decide: [0,3] as [-1,0] is [3,0].
absl::StatusOr<Shape> ResolveShape(DimVector dims, absl::Span<const int64_t> from) {
  int unknown = -1;
  int64_t known = 1, total = 1;
  const bool empty = absl::c_linear_search(dims, 0);
  for (const int64_t d : from) total *= empty && d == 0 ? 1 : d;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != -1) {
      if (dims[i] < 0 || (dims[i] > 0 && __builtin_mul_overflow(known, dims[i], &known))) {
        return absl::InvalidArgumentError(
            absl::StrCat("size ", i, " of the shape is ", dims[i], ", which cannot be"));
      }
      continue;
    }
    if (unknown != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("only one size of a shape may be -1, not both ", unknown, " and ", i));
    }
    unknown = static_cast<int>(i);
  }
  if (unknown != -1) {
    const bool both_empty = empty && absl::c_linear_search(from, 0);
    if (!both_empty && total % known != 0) {
      return absl::InvalidArgumentError(absl::StrCat("input has ", total,
                                                     " elements, which is no multiple of the ",
                                                     known, " that the requested shape needs"));
    }
    dims[unknown] = total / known;
  }
  return Shape::Create(dims);
}

class ReshapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(DimVector dims, IntsArg(c.input(1), "shape"));
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        ResolveShape(std::move(dims), c.input(0).shape().dims()));
    if (shape.num_elements() != c.input(0).num_elements()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input of shape ", c.input(0).shape().ToString(), " has ", c.input(0).num_elements(),
          " elements, the requested shape ", shape.ToString(), " has ", shape.num_elements()));
    }
    MR_ASSIGN_OR_RETURN(Tensor out, c.take_input(0).Reshaped(shape));
    c.set_output(0, std::move(out));
    // Of quantised elements, the ends of their range.
    for (int i = 2; i < c.num_inputs(); ++i) {
      if (c.input(i).num_elements() != 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("the ends of the range must be scalars, not of the shape ",
                         c.input(i).shape().ToString()));
      }
      MR_ASSIGN_OR_RETURN(Tensor end, c.take_input(i).Reshaped(Shape()));
      c.set_output(i - 1, std::move(end));
    }
    return absl::OkStatus();
  }
  bool cheap() const override { return true; }
};

absl::Status ReshapeShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  const std::optional<std::vector<int64_t>> dims = c.input_as_ints(1);
  const int64_t total = c.input(0).num_elements();
  if (dims.has_value()) {
    if (total >= 0) {
      MR_ASSIGN_OR_RETURN(const Shape shape,
                          ResolveShape(DimVector(dims->begin(), dims->end()), c.input(0).dims()));
      if (shape.num_elements() != total) {
        return absl::InvalidArgumentError(absl::StrCat("Cannot reshape a tensor with ", total,
                                                       " elements to shape ", shape.ToString(),
                                                       " (", shape.num_elements(), " elements)"));
      }
      c.set_output(0, shape);
      return absl::OkStatus();
    }
    MR_ASSIGN_OR_RETURN(PartialShape shape, PartialShape::Create(*dims));
    c.set_output(0, std::move(shape));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(PartialShape shape, c.input_as_shape(1));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> ReshapeGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.ReshapeLike(dy[0], op.input(0)), {}};
}

absl::Status QuantizedReshapeShape(ShapeContext& c) {
  for (int i = 2; i < 4; ++i) {
    MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
    c.set_output(i - 1, PartialShape::Scalar());
  }
  return ReshapeShape(c);
}

}  // namespace

absl::Status RegisterReshape(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("QuantizedReshape")
                               .Input("tensor: T")
                               .Input("shape: Tshape")
                               .Input("input_min: float")
                               .Input("input_max: float")
                               .Output("output: T")
                               .Output("output_min: float")
                               .Output("output_max: float")
                               .Attr("T: type")
                               .Attr("Tshape: {int32, int64} = DT_INT32")
                               .Doc("The elements of a quantised tensor under another shape, and "
                                    "its range.")
                               .Shape(QuantizedReshapeShape)
                               .NotDifferentiable()
                               .Cpu<ReshapeKernel>()));
  return r.Add(Op("Reshape")
                   .Input("tensor: T")
                   .Input("shape: Tshape")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("Tshape: {int32, int64} = DT_INT32")
                   .Doc("The elements of `tensor` under another shape; one size may be -1 and is "
                        "then computed.")
                   .Shape(ReshapeShape)
                   .Gradient(ReshapeGradient)
                   .Cpu<ReshapeKernel>());
}

}  // namespace millrace
