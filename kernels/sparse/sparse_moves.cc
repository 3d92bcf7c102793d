// SparseReorder, SparseConcat, SparseSplit: sparse tensors whose elements only move.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

class SparseReorderKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    SparseParts parts;
    parts.rank = in.rank();
    for (const int64_t i : in.Sorted()) parts.Add(in.Index(i), i);
    return parts.Store(c, 0, 1, *in.values);
  }
};

class SparseConcatKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("concat_dim", &axis_); }
  absl::Status Compute(KernelContext& c) override {
    const int n = c.num_inputs() / 3;
    std::vector<SparseView> inputs;
    for (int i = 0; i < n; ++i) {
      MR_ASSIGN_OR_RETURN(SparseView v,
                          SparseView::Create(c.input(i), c.input(n + i), c.input(2 * n + i)));
      inputs.push_back(std::move(v));
    }
    const int rank = inputs[0].rank();
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(axis_, rank, "concat_dim"));
    DimVector shape = inputs[0].shape;
    std::vector<Element> elements;
    int64_t offset = 0;
    for (int i = 0; i < n; ++i) {
      const SparseView& in = inputs[i];
      for (int d = 0; d < std::max(rank, in.rank()); ++d) {
        if (in.rank() == rank && (d == axis || in.shape[d] == shape[d])) continue;
        return absl::InvalidArgumentError(
            absl::StrCat("Input shapes must match but for the dimension of concatenation: input ",
                         i, " differs in dimension ", d));
      }
      for (int64_t k = 0; k < in.count; ++k) {
        Element e = {std::vector<int64_t>(in.Index(k).begin(), in.Index(k).end()), i, k};
        e.index[axis] += offset;
        elements.push_back(std::move(e));
      }
      offset += in.shape[axis];
    }
    shape[axis] = offset;
    MR_RETURN_IF_ERROR(Shape::Create(shape).status());
    std::stable_sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) {
      return CompareIndices(a.index, b.index) < 0;
    });
    SparseParts parts;
    parts.rank = rank;
    for (const Element& e : elements) parts.Add(e.index, 0);
    MR_RETURN_IF_ERROR(parts.StoreIndices(c, 0));
    Tensor* values;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({parts.count()}), &values));
    for (size_t k = 0; k < elements.size(); ++k) {
      CopyElements(values->dtype(), ElementAt(*inputs[elements[k].input].values, elements[k].at),
                   MutableElementAt(*values, static_cast<int64_t>(k)), 1);
    }
    c.set_output(2, Int64Vector(shape));
    return absl::OkStatus();
  }

 private:
  struct Element {
    std::vector<int64_t> index;
    int input;
    int64_t at;
  };
  int64_t axis_ = 0;
};

// The first (size modulo num_split) parts are one longer than the others.
class SparseSplitKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("num_split", &n_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(1), c.input(2), c.input(3)));
    MR_ASSIGN_OR_RETURN(const int64_t given, IntArg(c.input(0), "split_dim"));
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(given, in.rank(), "split_dim"));
    MR_RETURN_IF_ERROR(in.CheckBounds());
    const int64_t size = in.shape[axis];
    if (n_ < 1 || n_ > size) {
      return absl::InvalidArgumentError(
          absl::StrCat("Input num_split should be between 1 and the splitting dimension size (",
                       size, "), got ", n_));
    }
    const int64_t least = size / n_, longer = size % n_;
    int64_t begin = 0;
    for (int64_t p = 0; p < n_; ++p) {
      const int64_t length = least + (p < longer ? 1 : 0);
      SparseParts parts;
      parts.rank = in.rank();
      for (int64_t k = 0; k < in.count; ++k) {
        DimVector index(in.Index(k).begin(), in.Index(k).end());
        index[axis] -= begin;
        if (index[axis] >= 0 && index[axis] < length) parts.Add(index, k);
      }
      DimVector shape = in.shape;
      shape[axis] = length;
      MR_RETURN_IF_ERROR(parts.Store(c, static_cast<int>(p), static_cast<int>(n_), *in.values));
      c.set_output(static_cast<int>(2 * n_ + p), Int64Vector(shape));
      begin += length;
    }
    return absl::OkStatus();
  }

 private:
  int64_t n_ = 1;
};

absl::Status ReorderShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape indices, c.WithRank(0, 2));
  MR_ASSIGN_OR_RETURN(PartialShape values, c.WithRank(1, 1));
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  c.set_output(0, std::move(indices));
  c.set_output(1, std::move(values));
  return absl::OkStatus();
}

// The gradient goes the way back: where element k came from is found by reordering 0, 1, ...
absl::StatusOr<Gradients> ReorderGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients none(3);
  if (!dy[1].valid()) return none;
  const Output n = b.Size(op.input(1));
  const Output places = b.Range(b.Scalar<int32_t>(0), n, b.Scalar<int32_t>(1));
  const Outputs moved = b.Op("SparseReorder", {op.input(0), places, op.input(2)});
  if (!b.ok()) return b.status();
  none[1] = b.Gather(dy[1], b.Op1("InvertPermutation", {moved[1]}));
  return none;
}

}  // namespace

absl::Status RegisterSparseMoves(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("SparseReorder")
                               .Input("input_indices: int64")
                               .Input("input_values: T")
                               .Input("input_shape: int64")
                               .Output("output_indices: int64")
                               .Output("output_values: T")
                               .Attr("T: type")
                               .Doc("The sparse tensor with its elements in row-major order.")
                               .Shape(ReorderShape)
                               .Gradient(ReorderGradient)
                               .Cpu<SparseReorderKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("SparseConcat")
                               .Input("indices: N * int64")
                               .Input("values: N * T")
                               .Input("shapes: N * int64")
                               .Output("output_indices: int64")
                               .Output("output_values: T")
                               .Output("output_shape: int64")
                               .Attr("concat_dim: int")
                               .Attr("N: int >= 2")
                               .Attr("T: type")
                               .Doc("Sparse tensors one after the other along concat_dim.")
                               .Shape(SparseOutputs)
                               .NotDifferentiable()
                               .Cpu<SparseConcatKernel>()));
  return r.Add(Op("SparseSplit")
                   .Input("split_dim: int64")
                   .Input("indices: int64")
                   .Input("values: T")
                   .Input("shape: int64")
                   .Output("output_indices: num_split * int64")
                   .Output("output_values: num_split * T")
                   .Output("output_shape: num_split * int64")
                   .Attr("num_split: int >= 1")
                   .Attr("T: type")
                   .Doc("A sparse tensor cut into num_split parts along split_dim; the "
                        "first may be one longer.")
                   .Shape(SparseOutputs)
                   .Cpu<SparseSplitKernel>());
}

}  // namespace millrace
