#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"

namespace millrace {
namespace {

bool BoolAttr(const ShapeContext& c, absl::string_view name) {
  bool value = false;
  return c.GetAttr(name, &value).ok() && value;
}

// A size of 1 stretches; what is not known may be 1.
absl::StatusOr<int64_t> BroadcastDim(int64_t a, int64_t b) {
  if (a == b || b == 1) return a;
  if (a == 1) return b;
  if (a < 0) return b;
  if (b < 0) return a;
  return absl::InvalidArgumentError("");
}

// Marks in `reduced` the dimensions that the axes name.
absl::Status MarkAxes(const std::vector<int64_t>& axes, int rank, std::vector<bool>* reduced) {
  reduced->assign(rank, false);
  for (const int64_t axis : axes) {
    if (axis < -rank || axis >= rank) {
      return absl::InvalidArgumentError(absl::StrCat("Invalid reduction dimension ", axis,
                                                     " for input with ", rank, " dimensions"));
    }
    (*reduced)[axis < 0 ? axis + rank : axis] = true;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SameAsInput0(ShapeContext& c) {
  if (c.num_inputs() == 0) return UnknownOutputs(c);
  for (int i = 0; i < c.num_outputs(); ++i) {
    c.set_output(i, c.input(0));
    if (c.input_handle(0) != nullptr) c.set_output_handle(i, *c.input_handle(0));
  }
  return absl::OkStatus();
}

absl::Status AtLeastRank1(ShapeContext& c) {
  return c.num_inputs() == 0 ? absl::OkStatus() : c.WithRankAtLeast(0, 1).status();
}

absl::Status ScalarOutputs(ShapeContext& c) {
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, PartialShape::Scalar());
  return absl::OkStatus();
}

absl::Status UnknownOutputs(ShapeContext& c) {
  for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, PartialShape::Unknown());
  return absl::OkStatus();
}

absl::Status NoOutputs(ShapeContext& /*c*/) { return absl::OkStatus(); }

absl::Status BroadcastInputs(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, BroadcastShapes(c.input(0), c.input(1)));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status MergeInputs(ShapeContext& c) {
  PartialShape merged;
  for (int i = 0; i < c.num_inputs(); ++i) {
    absl::StatusOr<PartialShape> with_this = merged.MergeWith(c.input(i));
    if (!with_this.ok()) return c.Error(i, with_this.status().message());
    merged = *std::move(with_this);
  }
  c.set_output(0, std::move(merged));
  return absl::OkStatus();
}

absl::Status ReductionShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRankAtMost(1, 1).status());
  const PartialShape& in = c.input(0);
  const bool keep_dims = BoolAttr(c, "keep_dims");
  const std::optional<std::vector<int64_t>> axes = c.input_as_ints(1);
  if (!in.known_rank() || !axes) {
    c.set_output(0, in.known_rank() && keep_dims ? PartialShape::UnknownOfRank(in.rank())
                                                 : PartialShape::Unknown());
    return absl::OkStatus();
  }
  std::vector<bool> reduced;
  const absl::Status marked = MarkAxes(*axes, in.rank(), &reduced);
  if (!marked.ok()) return c.Error(1, marked.message());
  PartialShape out = PartialShape::Scalar();
  for (int i = 0; i < in.rank(); ++i) {
    if (!reduced[i]) {
      out.AddDim(in.dim(i));
    } else if (keep_dims) {
      out.AddDim(1);
    }
  }
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status MatMulShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape a, c.WithRank(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape b, c.WithRank(1, 2));
  const int a_inner = BoolAttr(c, "transpose_a") ? 0 : 1;
  const int b_inner = BoolAttr(c, "transpose_b") ? 1 : 0;
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(a.dim(a_inner), b.dim(b_inner)).status());
  c.set_output(0, PartialShape::Of({a.dim(1 - a_inner), b.dim(1 - b_inner)}));
  return absl::OkStatus();
}

absl::Status ShapeFromAttr(ShapeContext& c) {
  PartialShape shape;
  MR_RETURN_IF_ERROR(c.GetAttr("shape", &shape));
  c.set_output(0, std::move(shape));
  return absl::OkStatus();
}

absl::Status SameAsVariable(ShapeContext& c) {
  const HandleData* handle = c.input_handle(0);
  if (handle == nullptr || handle->empty()) {
    c.set_output(0, PartialShape::Unknown());
    return absl::OkStatus();
  }
  const ResourceHandle::DTypeAndShape& variable = (*handle)[0];
  if (variable.dtype != DType::kInvalid && variable.dtype != BaseType(c.output_type(0))) {
    return absl::InvalidArgumentError(
        absl::StrCat("Trying to read variable with wrong dtype. Expected ",
                     DTypeName(variable.dtype), " got ", DTypeName(c.output_type(0))));
  }
  c.set_output(0, variable.shape);
  return absl::OkStatus();
}

absl::StatusOr<PartialShape> BroadcastShapes(const PartialShape& a, const PartialShape& b) {
  if (!a.known_rank() || !b.known_rank()) return PartialShape::Unknown();
  const int rank = std::max(a.rank(), b.rank());
  DimVector dims(rank);
  for (int i = 0; i < rank; ++i) {
    // Aligned at the last dimension; missing ones are 1.
    const int ia = i - (rank - a.rank());
    const int ib = i - (rank - b.rank());
    const absl::StatusOr<int64_t> dim =
        BroadcastDim(ia < 0 ? 1 : a.dim(ia), ib < 0 ? 1 : b.dim(ib));
    if (!dim.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Incompatible shapes: ", a.ToString(), " vs. ", b.ToString()));
    }
    dims[i] = *dim;
  }
  return PartialShape::Create(dims);
}

absl::StatusOr<int64_t> WindowedOutputSize(int64_t size, int64_t window, int64_t dilation,
                                           int64_t stride, absl::string_view padding,
                                           int64_t* pad_before, int64_t* pad_after) {
  if (stride <= 0 || dilation <= 0 || window < 0 || size < PartialShape::kUnknownDim) {
    return absl::InvalidArgumentError(
        absl::StrCat("Stride and dilation must be > 0 and window and size >= 0, but are: stride ",
                     stride, ", dilation ", dilation, ", window ", window, ", size ", size));
  }
  const bool same = padding == "SAME";
  const bool is_explicit = padding == "EXPLICIT";
  if (!same && !is_explicit && padding != "VALID") {
    return absl::InvalidArgumentError(absl::StrCat("Unknown padding '", padding, "'"));
  }
  int64_t before = is_explicit && pad_before != nullptr ? *pad_before : 0;
  int64_t after = is_explicit && pad_after != nullptr ? *pad_after : 0;
  int64_t reach = 0;  // of the window with the gaps that dilation leaves
  if (window > 0 && (!CheckedMul(window - 1, dilation, &reach) || !CheckedAdd(reach, 1, &reach))) {
    return absl::InvalidArgumentError(
        absl::StrCat("Window ", window, " with dilation ", dilation, " overflows"));
  }
  int64_t out = PartialShape::kUnknownDim;
  if (size >= 0 && same) {
    out = size / stride + (size % stride != 0 ? 1 : 0);
    // Overflow is out of reach: (out - 1) * stride < size.
    const int64_t last_start = out > 0 ? (out - 1) * stride : 0;
    const int64_t needed = std::max<int64_t>(0, reach - (size - last_start));
    before = needed / 2;
    after = needed - before;
  } else if (size >= 0) {
    int64_t padded;
    if (!CheckedAdd(size, before, &padded) || !CheckedAdd(padded, after, &padded)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Size ", size, " with padding ", before, " and ", after, " is no size"));
    }
    out = padded >= reach ? (padded - reach) / stride + 1 : (padded - reach + stride) / stride;
  }
  if (size >= 0 && out < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Computed output size would be negative: input size ", size,
                     ", effective window ", reach, ", stride ", stride));
  }
  if (pad_before != nullptr) *pad_before = before;
  if (pad_after != nullptr) *pad_after = after;
  return out;
}

}  // namespace millrace
