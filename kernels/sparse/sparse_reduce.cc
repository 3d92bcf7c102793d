// SparseReduceSum, SparseReduceMax, and those that give a sparse tensor: elements combined along
// axes.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/math/wide.h"
#include "kernels/sparse/sparse_outputs.h"
#include "kernels/sparse/sparse_view.h"

namespace millrace {
namespace {

// Elements that are not there do not take part; a group without any is 0.
template <bool kMaximum, bool kSparse>
class SparseReduceKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("keep_dims", &keep_); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const SparseView in,
                        SparseView::Create(c.input(0), c.input(1), c.input(2)));
    MR_RETURN_IF_ERROR(in.CheckBounds());
    std::vector<bool> reduced(in.rank());
    MR_ASSIGN_OR_RETURN(const DimVector axes, IntsArg(c.input(3), "reduction_axes"));
    for (const int64_t given : axes) {
      MR_ASSIGN_OR_RETURN(const int axis, AxisArg(given, in.rank(), "reduction_axes"));
      reduced[axis] = true;
    }
    DimVector shape;
    for (int d = 0; d < in.rank(); ++d) {
      if (!reduced[d] || keep_) shape.push_back(reduced[d] ? 1 : in.shape[d]);
    }
    return DispatchWide(in.values->dtype(), [&](auto tag) {
      return Reduce<typename decltype(tag)::type>(c, in, reduced, shape);
    });
  }

 private:
  template <typename W>
  static W Combine(const W& x, const W& y) {
    if constexpr (kMaximum && !std::is_same_v<W, std::complex<double>>) return std::max(x, y);
    return x + y;
  }

  template <typename W>
  absl::Status Reduce(KernelContext& c, const SparseView& in, const std::vector<bool>& reduced,
                      const DimVector& shape) const {
    const std::vector<W> values = LoadWide<W>(*in.values);
    std::map<std::vector<int64_t>, W> groups;  // in row-major order
    for (int64_t k = 0; k < in.count; ++k) {
      std::vector<int64_t> key;
      for (int d = 0; d < in.rank(); ++d) {
        if (!reduced[d] || keep_) key.push_back(reduced[d] ? 0 : in.Index(k)[d]);
      }
      const auto [at, is_new] = groups.emplace(std::move(key), values[k]);
      if (!is_new) at->second = Combine(at->second, values[k]);
    }
    return kSparse ? StoreSparse(c, groups, shape) : StoreDense(c, groups, shape);
  }

  template <typename W>
  static absl::Status StoreSparse(KernelContext& c, const std::map<std::vector<int64_t>, W>& groups,
                                  const DimVector& shape) {
    SparseParts parts;
    parts.rank = static_cast<int>(shape.size());
    std::vector<W> values;
    for (const auto& [index, value] : groups) {
      parts.Add(index, 0);
      values.push_back(value);
    }
    MR_RETURN_IF_ERROR(parts.StoreIndices(c, 0));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({parts.count()}), &out));
    StoreWide(values, out);
    c.set_output(2, Int64Vector(shape));
    return absl::OkStatus();
  }

  template <typename W>
  static absl::Status StoreDense(KernelContext& c, const std::map<std::vector<int64_t>, W>& groups,
                                 const DimVector& dims) {
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    std::vector<W> values(static_cast<size_t>(shape.num_elements()), W(0));
    for (const auto& [index, value] : groups) {
      int64_t at = 0;
      for (size_t d = 0; d < index.size(); ++d) at = at * dims[d] + index[d];
      values[at] = value;
    }
    StoreWide(values, out);
    return absl::OkStatus();
  }

  bool keep_ = false;
};

absl::Status SparseReduceShape(ShapeContext& c) {
  if (c.num_outputs() > 1) return SparseOutputs(c);
  bool keep;
  MR_RETURN_IF_ERROR(c.GetAttr("keep_dims", &keep));
  MR_ASSIGN_OR_RETURN(PartialShape in, c.input_as_shape(2));
  const auto axes = c.input_as_ints(3);
  if (!in.known_rank() || !axes.has_value()) return absl::OkStatus();
  std::vector<bool> reduced(in.rank());
  for (const int64_t given : *axes) {
    const int64_t axis = given < 0 ? given + in.rank() : given;
    if (axis < 0 || axis >= in.rank())
      return c.Error(3, absl::StrCat("axis ", given, " is outside a tensor of rank ", in.rank()));
    reduced[axis] = true;
  }
  PartialShape out = PartialShape::Scalar();
  for (int d = 0; d < in.rank(); ++d) {
    if (!reduced[d] || keep) out.AddDim(reduced[d] ? 1 : in.dim(d));
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Each element has the gradient of its group.
absl::StatusOr<Gradients> SparseReduceSumGradient(Builder& b, const OpView& op,
                                                  const Gradients& dy) {
  const Output shape = op.input(2);
  const Output rank = b.Size(shape), one = b.Scalar<int32_t>(1);
  // The reduced sizes made 1: the shape that dy has with keep_dims.
  const Output axes = b.Op1("FloorMod", {b.Add(op.input(3), rank), rank});
  const Output places = b.Range(b.Scalar<int32_t>(0), rank, one);
  const Output flat_axes = b.Reshape(axes, b.Ints({-1}));
  const Output kept = b.Op1(
      "DynamicStitch", {places, flat_axes, shape, b.Cast(b.OnesLike(flat_axes), DType::kInt64)},
      {{"N", int64_t{2}}});
  const Output scale = b.Op1("FloorDiv", {shape, b.Op1("Maximum", {kept, b.ScalarLike(kept, 1)})});
  const Output at = b.Op1("FloorDiv", {op.input(0), scale});
  Gradients result(4);
  result[1] = b.Op1("GatherNd", {b.Reshape(dy[0], kept), at});
  return result;
}

}  // namespace

absl::Status RegisterSparseReduce(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseReduceSum")
          .Input("input_indices: int64")
          .Input("input_values: T")
          .Input("input_shape: int64")
          .Input("reduction_axes: int32")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The sum of a sparse tensor along reduction_axes, dense.")
          .Shape(SparseReduceShape)
          .Gradient(SparseReduceSumGradient)
          .Cpu<SparseReduceKernel<false, false>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseReduceSumSparse")
          .Input("input_indices: int64")
          .Input("input_values: T")
          .Input("input_shape: int64")
          .Input("reduction_axes: int32")
          .Output("output_indices: int64")
          .Output("output_values: T")
          .Output("output_shape: int64")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
                "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}")
          .Doc("The sum of a sparse tensor along reduction_axes, sparse.")
          .Shape(SparseReduceShape)
          .NotDifferentiable()
          .Cpu<SparseReduceKernel<false, true>>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("SparseReduceMax")
          .Input("input_indices: int64")
          .Input("input_values: T")
          .Input("input_shape: int64")
          .Input("reduction_axes: int32")
          .Output("output: T")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64}")
          .Doc("The largest of the elements that a sparse tensor has along reduction_axes, dense.")
          .Shape(SparseReduceShape)
          .NotDifferentiable()
          .Cpu<SparseReduceKernel<true, false>>()));
  return r.Add(
      Op("SparseReduceMaxSparse")
          .Input("input_indices: int64")
          .Input("input_values: T")
          .Input("input_shape: int64")
          .Input("reduction_axes: int32")
          .Output("output_indices: int64")
          .Output("output_values: T")
          .Output("output_shape: int64")
          .Attr("keep_dims: bool = false")
          .Attr("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
                "uint32, uint64}")
          .Doc("The largest of the elements that a sparse tensor has along reduction_axes, sparse.")
          .Shape(SparseReduceShape)
          .NotDifferentiable()
          .Cpu<SparseReduceKernel<true, true>>());
}

}  // namespace millrace
