// Split, SplitV: a tensor cut along one dimension.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/scalar_arg.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

// Cuts `in` along `axis` into outputs of these sizes, which sum to the dimension.
absl::Status SplitInto(KernelContext& c, const Tensor& in, int axis,
                       absl::Span<const int64_t> sizes) {
  int64_t outer = 1, inner = 1;
  for (int d = 0; d < axis; ++d) outer *= in.dim(d);
  for (int d = axis + 1; d < in.rank(); ++d) inner *= in.dim(d);
  const int64_t row = in.dim(axis) * inner;
  int64_t at = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Shape shape = in.shape();
    MR_RETURN_IF_ERROR(shape.SetDim(axis, sizes[i]));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(static_cast<int>(i), shape, &out));
    const int64_t width = sizes[i] * inner;
    StridedView view;
    view.AddDim(outer, row, width);
    view.AddDim(width, 1, 1);
    view.src_offset = at;
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    at += width;
  }
  return absl::OkStatus();
}

class SplitKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const int64_t raw_axis, IntScalarArg(c.input(0), "split_dim"));
    const Tensor& in = c.input(1);
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(raw_axis, in.rank(), "split_dim"));
    const int n = c.num_outputs();
    if (in.dim(axis) % n != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Number of ways to split should evenly divide the split dimension, but got "
                       "split_dim ",
                       axis, " (size = ", in.dim(axis), ") and num_split ", n));
    }
    if (n == 1) {
      c.set_output(0, in);
      return absl::OkStatus();
    }
    return SplitInto(c, in, axis, DimVector(n, in.dim(axis) / n));
  }
};

// `sizes` with its -1, if any, replaced so that they sum to `total`.
absl::StatusOr<DimVector> ResolveSizes(DimVector sizes, int64_t total) {
  int unknown = -1;
  int64_t sum = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1 && unknown == -1) {
      unknown = static_cast<int>(i);
      continue;
    }
    if (sizes[i] < 0 || __builtin_add_overflow(sum, sizes[i], &sum)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Split size at index ", i, " must be >= 0 (one may be -1). Got: ", sizes[i]));
    }
  }
  if (unknown != -1 ? sum > total : sum != total) {
    return absl::InvalidArgumentError(
        absl::StrCat("size_splits sum to ", sum, ", the split dimension has size ", total));
  }
  if (unknown != -1) sizes[unknown] = total - sum;
  return sizes;
}

class SplitVKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(DimVector sizes, IntVectorArg(c.input(1), "size_splits"));
    MR_ASSIGN_OR_RETURN(const int64_t raw_axis, IntScalarArg(c.input(2), "split_dim"));
    MR_ASSIGN_OR_RETURN(const int axis, AxisArg(raw_axis, in.rank(), "split_dim"));
    if (static_cast<int>(sizes.size()) != c.num_outputs()) {
      return absl::InvalidArgumentError(
          absl::StrCat("size_splits must have ", c.num_outputs(), " elements, got ", sizes.size()));
    }
    MR_ASSIGN_OR_RETURN(sizes, ResolveSizes(std::move(sizes), in.dim(axis)));
    return SplitInto(c, in, axis, sizes);
  }
};

// Outputs of `in`'s shape with the axis' size unknown, or of unknown rank.
absl::Status SplitShapes(ShapeContext& c, const PartialShape& in, int axis_input,
                         absl::StatusOr<DimVector> (*sizes)(ShapeContext&, int64_t total)) {
  if (!in.known_rank()) return absl::OkStatus();
  const std::optional<std::vector<int64_t>> raw_axis = c.input_as_ints(axis_input);
  if (!raw_axis.has_value() || raw_axis->size() != 1) {
    for (int i = 0; i < c.num_outputs(); ++i)
      c.set_output(i, PartialShape::UnknownOfRank(in.rank()));
    return absl::OkStatus();
  }
  MR_ASSIGN_OR_RETURN(const int axis, AxisArg((*raw_axis)[0], in.rank(), "split_dim"));
  MR_ASSIGN_OR_RETURN(const DimVector parts, sizes(c, in.dim(axis)));
  for (int i = 0; i < c.num_outputs(); ++i) {
    PartialShape out = in;
    out.SetDim(axis, parts[i]);
    c.set_output(i, std::move(out));
  }
  return absl::OkStatus();
}

absl::StatusOr<DimVector> EqualSizes(ShapeContext& c, int64_t total) {
  const int n = c.num_outputs();
  if (total >= 0 && total % n != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Dimension size must be evenly divisible by ", n, " but is ", total));
  }
  return DimVector(n, total < 0 ? total : total / n);
}

absl::StatusOr<DimVector> GivenSizes(ShapeContext& c, int64_t total) {
  const std::optional<std::vector<int64_t>> sizes = c.input_as_ints(1);
  if (!sizes.has_value()) return DimVector(c.num_outputs(), PartialShape::kUnknownDim);
  if (static_cast<int>(sizes->size()) != c.num_outputs()) {
    return c.Error(1, absl::StrCat("must have ", c.num_outputs(), " elements"));
  }
  DimVector out(sizes->begin(), sizes->end());
  if (total < 0) return out;
  return ResolveSizes(std::move(out), total);
}

absl::Status SplitShape(ShapeContext& c) { return SplitShapes(c, c.input(1), 0, EqualSizes); }
absl::Status SplitVShape(ShapeContext& c) { return SplitShapes(c, c.input(0), 2, GivenSizes); }

// The outputs' gradients, zeros where there is none.
Outputs AllGradients(Builder& b, const OpView& op, const Gradients& dy) {
  Outputs out;
  for (int i = 0; i < op.num_outputs(); ++i) {
    out.push_back(dy[i].valid() ? Output(dy[i]) : b.ZerosLike(op.output(i)));
  }
  return out;
}

absl::StatusOr<Gradients> SplitGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs parts = AllGradients(b, op, dy);
  return Gradients{{}, parts.size() == 1 ? parts[0] : b.Concat(parts, op.input(0))};
}

absl::StatusOr<Gradients> SplitVGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Outputs parts = AllGradients(b, op, dy);
  return Gradients{parts.size() == 1 ? parts[0] : b.Concat(parts, op.input(2)), {}, {}};
}

}  // namespace

absl::Status RegisterSplit(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("Split")
                               .Input("split_dim: int32")
                               .Input("value: T")
                               .Output("output: num_split * T")
                               .Attr("num_split: int >= 1")
                               .Attr("T: type")
                               .Doc("`num_split` equal parts of `value` along `split_dim`.")
                               .Shape(SplitShape)
                               .Gradient(SplitGradient)
                               .Cpu<SplitKernel>()));
  return r.Add(Op("SplitV")
                   .Input("value: T")
                   .Input("size_splits: Tlen")
                   .Input("split_dim: int32")
                   .Output("output: num_split * T")
                   .Attr("num_split: int >= 1")
                   .Attr("T: type")
                   .Attr("Tlen: {int8, int32, int64} = DT_INT64")
                   .Doc("Parts of `value` along `split_dim` of the given sizes; one may be -1.")
                   .Shape(SplitVShape)
                   .Gradient(SplitVGradient)
                   .Cpu<SplitVKernel>());
}

}  // namespace millrace
