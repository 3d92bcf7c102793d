// Concat, ConcatV2: tensors joined along one of their dimensions.
#include "kernels/array/concat.h"

#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/array/strided_copy.h"

namespace millrace {

absl::StatusOr<Shape> JoinedShape(const KernelContext& c, int first, int n, int axis) {
  Shape shape = c.input(first).shape();
  int64_t total = 0;
  for (int i = 0; i < n; ++i) {
    const Shape& s = c.input(first + i).shape();
    bool fits = s.rank() == shape.rank();
    for (int d = 0; fits && d < s.rank(); ++d) fits = d == axis || s.dim(d) == shape.dim(d);
    if (!fits) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Dimensions of inputs should match along all but the concatenated axis ", axis,
          ": shape[0] = ", shape.ToString(), " vs. shape[", i, "] = ", s.ToString()));
    }
    total += s.dim(axis);
  }
  MR_RETURN_IF_ERROR(shape.SetDim(axis, total));
  return shape;
}

absl::Status SetJoinedShape(ShapeContext& c, int axis_input, int first, int n) {
  PartialShape shape;
  for (int i = 0; i < n && !shape.known_rank(); ++i) {
    if (c.input(first + i).known_rank()) {
      shape = PartialShape::UnknownOfRank(c.input(first + i).rank());
    }
  }
  const std::optional<std::vector<int64_t>> raw_axis = c.input_as_ints(axis_input);
  if (!shape.known_rank()) return absl::OkStatus();
  if (shape.rank() == 0) {
    return absl::InvalidArgumentError("Can't concatenate scalars (use Pack instead)");
  }
  if (!raw_axis.has_value() || raw_axis->size() != 1) {
    for (int i = 0; i < n; ++i) MR_RETURN_IF_ERROR(c.WithRank(first + i, shape.rank()).status());
    c.set_output(0, std::move(shape));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(const int axis, AxisArg((*raw_axis)[0], shape.rank(), "axis"));
  int64_t total = 0;
  for (int i = 0; i < n; ++i) {
    MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRank(first + i, shape.rank()));
    const int64_t size = s.dim(axis);
    total = total < 0 || size < 0 ? PartialShape::kUnknownDim : total + size;
    s.SetDim(axis, PartialShape::kUnknownDim);
    absl::StatusOr<PartialShape> merged = shape.MergeWith(s);
    if (!merged.ok()) return c.Error(first + i, merged.status().message());
    shape = *std::move(merged);
  }
  shape.SetDim(axis, total);
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

namespace {

// Where inputs stand: ConcatV2(values..., axis), Concat(axis, values...).
struct Layout {
  int axis, first;
};
Layout LayoutFor(bool axis_first, int num_inputs) {
  return axis_first ? Layout{0, 1} : Layout{num_inputs - 1, 0};
}

template <bool kAxisFirst>
class ConcatKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Layout layout = LayoutFor(kAxisFirst, c.num_inputs());
    const int n = c.num_inputs() - 1;
    MR_ASSIGN_OR_RETURN(const int64_t raw_axis, IntArg(c.input(layout.axis), "axis"));
    const int rank = c.input(layout.first).rank();
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(raw_axis, rank, "axis"));
    MR_ASSIGN_OR_RETURN(const Shape shape, JoinedShape(c, layout.first, n, axis));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (shape.num_elements() == 0) return absl::OkStatus();
    int64_t outer = 1;
    for (int d = 0; d < axis; ++d) outer *= shape.dim(d);
    const int64_t row = shape.num_elements() / outer;
    int64_t at = 0;
    for (int i = 0; i < n; ++i) {
      const Tensor& in = c.input(layout.first + i);
      const int64_t width = in.num_elements() / outer;
      StridedView view;
      view.AddDim(outer, width, row);
      view.AddDim(width, 1, 1);
      view.dst_offset = at;
      StridedCopy(out->dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
      at += width;
    }
    return absl::OkStatus();
  }
};

template <bool kAxisFirst>
absl::Status ConcatShape(ShapeContext& c) {
  const Layout layout = LayoutFor(kAxisFirst, c.num_inputs());
  return SetJoinedShape(c, layout.axis, layout.first, c.num_inputs() - 1);
}

// Each input's share of the gradient; sliced by offsets, or by SplitV's simpler rule where all is
// known.
template <bool kAxisFirst>
absl::StatusOr<Gradients> ConcatGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Layout layout = LayoutFor(kAxisFirst, op.num_inputs());
  const int n = op.num_inputs() - 1;
  Gradients out(op.num_inputs());
  if (n == 1) {
    out[layout.first] = dy[0];
    return out;
  }
  const Outputs values(op.inputs().begin() + layout.first, op.inputs().begin() + layout.first + n);
  const Outputs shapes = b.Op("ShapeN", values, {{"N", static_cast<int64_t>(n)}});
  // ConcatOffset wants the axis counted from the front.
  Output axis = b.Cast(op.input(layout.axis), DType::kInt32);
  axis = b.Op1("FloorMod", {axis, b.Rank(values[0])});
  Outputs offset_inputs = {axis};
  offset_inputs.insert(offset_inputs.end(), shapes.begin(), shapes.end());
  const Outputs offsets = b.Op("ConcatOffset", offset_inputs, {{"N", static_cast<int64_t>(n)}});
  if (!b.ok()) return b.status();
  for (int i = 0; i < n; ++i) out[layout.first + i] = b.Slice(dy[0], offsets[i], shapes[i]);
  return out;
}

}  // namespace

absl::Status RegisterConcat(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Concat")
                               .Input("concat_dim: int32")
                               .Input("values: N * T")
                               .Output("output: T")
                               .Attr("N: int >= 2")
                               .Attr("T: type")
                               .Doc("N tensors joined along dimension `concat_dim`.")
                               .Shape(ConcatShape<true>)
                               .Gradient(ConcatGradient<true>)
                               .Cpu<ConcatKernel<true>>()));
  return r.Add(Op("ConcatV2")
                   .Input("values: N * T")
                   .Input("axis: Tidx")
                   .Output("output: T")
                   .Attr("N: int >= 2")
                   .Attr("T: type")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("N tensors joined along dimension `axis`; all other sizes are equal.")
                   .Shape(ConcatShape<false>)
                   .Gradient(ConcatGradient<false>)
                   .Cpu<ConcatKernel<false>>());
}

}  // namespace millrace
