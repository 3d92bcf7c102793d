// SparseReshape.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

// One size of the new shape may be -1.
class SparseReshapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &indices = c.input(0), &from = c.input(1), &to = c.input(2);
    if (indices.rank() != 2 || from.rank() != 1 || to.rank() != 1 ||
        indices.dim(1) != from.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "indices must be [n, rank], the shapes vectors, not ", indices.shape().ToString(), ", ",
          from.shape().ToString(), " and ", to.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Shape old, Shape::Create(from.flat<int64_t>()));
    MR_ASSIGN_OR_RETURN(const DimVector shape, NewShape(old, to.flat<int64_t>()));
    const int64_t n = indices.dim(0), rank = static_cast<int64_t>(shape.size());
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({n, rank}), &out));
    for (int64_t k = 0; k < n; ++k) {
      int64_t at = 0;
      for (int d = 0; d < old.rank(); ++d) {
        const int64_t i = indices.data<int64_t>()[k * old.rank() + d];
        if (i < 0 || i >= old.dim(d)) {
          return absl::InvalidArgumentError(absl::StrCat("index ", i, " of element ", k,
                                                         " is outside the shape ", old.ToString()));
        }
        at = at * old.dim(d) + i;
      }
      for (int64_t d = rank - 1; d >= 0; --d) {
        out->mutable_data<int64_t>()[k * rank + d] = at % shape[d];
        at /= shape[d];
      }
    }
    c.set_output(1, Int64Vector(shape));
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<DimVector> NewShape(const Shape& old, absl::Span<const int64_t> wanted) {
    DimVector shape(wanted.begin(), wanted.end());
    int unknown = -1;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] != -1) continue;
      if (unknown >= 0) return absl::InvalidArgumentError("only one output dimension may be -1");
      unknown = static_cast<int>(d);
      shape[d] = 1;
    }
    MR_ASSIGN_OR_RETURN(const Shape known, Shape::Create(shape));
    if (unknown >= 0) {
      if (known.num_elements() == 0 || old.num_elements() % known.num_elements() != 0) {
        return absl::InvalidArgumentError(absl::StrCat("reshape cannot infer the missing size of ",
                                                       old.num_elements(), " elements in ",
                                                       known.ToString()));
      }
      shape[unknown] = old.num_elements() / known.num_elements();
    } else if (known.num_elements() != old.num_elements()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input to reshape is a tensor with ", old.num_elements(),
                       " dense values, but the requested shape has ", known.num_elements()));
    }
    return shape;
  }
};

absl::Status SparseReshapeShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(0, 2));
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape shape, c.WithRank(2, 1));
  c.set_output(0, PartialShape::Of({indices.dim(0), shape.dim(0)}));
  c.set_output(1, shape);
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterSparseReshape(Registry& r) {
  return r.Add(
      Op("SparseReshape")
          .Input("input_indices: int64")
          .Input("input_shape: int64")
          .Input("new_shape: int64")
          .Output("output_indices: int64")
          .Output("output_shape: int64")
          .Doc("The indices of a sparse tensor under another shape, one size of which may be -1.")
          .Shape(SparseReshapeShape)
          .NotDifferentiable()
          .Cpu<SparseReshapeKernel>());
}

}  // namespace millrace
