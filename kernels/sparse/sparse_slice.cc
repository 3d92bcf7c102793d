// SparseSlice, SparseSliceGrad.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

class SparseSliceKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    const Tensor &start = c.input(3), &size = c.input(4);
    if (start.rank() != 1 || size.rank() != 1 || start.dim(0) != in.rank() ||
        size.dim(0) != in.rank()) {
      return absl::InvalidArgumentError(
          absl::StrCat("start and size must have one element a dimension, not ",
                       start.shape().ToString(), " and ", size.shape().ToString()));
    }
    DimVector shape;
    for (int d = 0; d < in.rank(); ++d) {
      const int64_t from = start.data<int64_t>()[d], length = size.data<int64_t>()[d];
      if (from < 0 || length < 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("start and size must not be negative, but are ", from, " and ", length));
      }
      shape.push_back(
          std::max<int64_t>(0, std::min(length, in.shape[d] - std::min(from, in.shape[d]))));
    }
    SparseParts parts;
    parts.rank = in.rank();
    for (int64_t k = 0; k < in.count; ++k) {
      DimVector index(in.Index(k).begin(), in.Index(k).end());
      bool inside = true;
      for (int d = 0; d < in.rank(); ++d) {
        index[d] -= start.data<int64_t>()[d];
        inside = inside && index[d] >= 0 && index[d] < shape[d];
      }
      if (inside) parts.Add(index, k);
    }
    MR_RETURN_IF_ERROR(parts.Store(c, 0, 1, *in.values));
    c.set_output(2, Int64Vector(shape));
    return absl::OkStatus();
  }
};

// The gradient of a slice's values, at the elements that the slice kept.
class SparseSliceGradKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &grad = c.input(0), &indices = c.input(1), &start = c.input(2), &kept = c.input(3);
    if (grad.rank() != 1 || indices.rank() != 2 || kept.rank() != 2 || start.rank() != 1 ||
        indices.dim(1) != kept.dim(1) || start.dim(0) != indices.dim(1) ||
        grad.dim(0) != kept.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "gradient, indices, start and output indices do not fit: ", grad.shape().ToString(), ", ",
          indices.shape().ToString(), ", ", start.shape().ToString(), ", ",
          kept.shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({indices.dim(0)}), &out));
    ZeroElements(out->dtype(), out->mutable_raw_data(), out->num_elements());
    const int64_t rank = indices.dim(1);
    int64_t at = 0;
    for (int64_t k = 0; k < indices.dim(0) && at < kept.dim(0); ++k) {
      bool same = true;
      for (int64_t d = 0; d < rank; ++d) {
        same = same && indices.data<int64_t>()[k * rank + d] - start.data<int64_t>()[d] ==
                           kept.data<int64_t>()[at * rank + d];
      }
      if (same) CopyElements(out->dtype(), ElementAt(grad, at++), MutableElementAt(*out, k), 1);
    }
    if (at < kept.dim(0))
      return absl::InvalidArgumentError(
          "output_indices are not a slice of input_indices, in order");
    return absl::OkStatus();
  }
};

absl::Status SliceGradShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape indices, c.WithRank(1, 2));
  c.set_output(0, PartialShape::Of({indices.dim(0)}));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> SliceGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients none(5);
  if (!dy[1].valid()) return none;
  none[1] = b.Op1("SparseSliceGrad", {dy[1], op.input(0), op.input(3), op.output(0)});
  return none;
}

}  // namespace

absl::Status RegisterSparseSlice(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SparseSlice")
                .Input("indices: int64")
                .Input("values: T")
                .Input("shape: int64")
                .Input("start: int64")
                .Input("size: int64")
                .Output("output_indices: int64")
                .Output("output_values: T")
                .Output("output_shape: int64")
                .Attr("T: type")
                .Doc("The block of a sparse tensor from `start` on, of at most `size`.")
                .Shape(SparseOutputs)
                .Gradient(SliceGradient)
                .Cpu<SparseSliceKernel>()));
  return r.Add(
      Op("SparseSliceGrad")
          .Input("backprop_val_grad: T")
          .Input("input_indices: int64")
          .Input("input_start: int64")
          .Input("output_indices: int64")
          .Output("val_grad: T")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The gradient of SparseSlice by the values.")
          .Shape(SliceGradShape)
          .Cpu<SparseSliceGradKernel>());
}

}  // namespace millrace
