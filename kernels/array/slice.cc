// Slice: a rectangular part.
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
namespace {

class SliceKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const DimVector begin, IntVectorArg(c.input(1), "begin"));
    MR_ASSIGN_OR_RETURN(DimVector size, IntVectorArg(c.input(2), "size"));
    const int rank = in.rank();
    if (static_cast<int>(begin.size()) != rank || static_cast<int>(size.size()) != rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("begin and size must have one element a dimension of ",
                       in.shape().ToString(), ", got ", begin.size(), " and ", size.size()));
    }
    for (int d = 0; d < rank; ++d) {
      const int64_t limit = in.dim(d);
      if (begin[d] < 0 || begin[d] > limit) {
        return absl::InvalidArgumentError(
            absl::StrCat("Expected begin[", d, "] in [0, ", limit, "], but got ", begin[d]));
      }
      if (size[d] == -1) size[d] = limit - begin[d];
      if (size[d] < 0 || size[d] > limit - begin[d]) {
        return absl::InvalidArgumentError(absl::StrCat("Expected size[", d, "] in [0, ",
                                                       limit - begin[d], "], but got ", size[d]));
      }
    }
    const Shape shape{absl::MakeConstSpan(size)};
    if (shape == in.shape()) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const DimVector in_strides = RowMajorStrides(in.shape().dims());
    StridedView view{size, in_strides, RowMajorStrides(size)};
    for (int d = 0; d < rank; ++d) view.src_offset += begin[d] * in_strides[d];
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }
};

absl::Status SliceShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape begin_shape, c.WithRank(1, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape size_shape, c.WithRank(2, 1));
  int64_t rank = c.input(0).rank();
  MR_ASSIGN_OR_RETURN(rank, ShapeContext::MergeDim(rank, begin_shape.dim(0)));
  MR_ASSIGN_OR_RETURN(rank, ShapeContext::MergeDim(rank, size_shape.dim(0)));
  const std::optional<std::vector<int64_t>> begin = c.input_as_ints(1), size = c.input_as_ints(2);
  if (!size.has_value()) {
    MR_ASSIGN_OR_RETURN(PartialShape out, c.input_as_shape(2));
    // A -1 in a computed size is not the output's size.
    if (!out.known_rank() && rank >= 0) out = PartialShape::UnknownOfRank(static_cast<int>(rank));
    c.set_output(0, std::move(out));
    return absl::OkStatus();
  }
  DimVector dims(size->begin(), size->end());
  for (size_t d = 0; d < dims.size(); ++d) {
    const int64_t limit = c.input(0).known_rank() ? c.input(0).dim(static_cast<int>(d)) : -1;
    if (dims[d] == -1) {
      dims[d] = limit >= 0 && begin.has_value() ? limit - (*begin)[d] : PartialShape::kUnknownDim;
    }
    const int64_t from = begin.has_value() ? (*begin)[d] : 0;
    if (dims[d] < -1 || from < 0 || (limit >= 0 && dims[d] >= 0 && from > limit - dims[d])) {
      return absl::InvalidArgumentError(absl::StrCat("slice [", from, ", ", from, " + ", (*size)[d],
                                                     ") is not within dimension ", d, " of ",
                                                     c.input(0).ToString()));
    }
  }
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// dy surrounded by zeros: before it `begin`, after it what is left.
absl::StatusOr<Gradients> SliceGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const DType index = b.dtype(op.input(1));
  const Output begin = op.input(1);
  const Output after =
      b.Sub(b.Sub(b.Shape(op.input(0), index), b.Shape(op.output(0), index)), begin);
  return Gradients{b.Op1("Pad", {dy[0], b.Pack(Outputs{begin, after}, 1)}), {}, {}};
}

}  // namespace

absl::Status RegisterSlice(Registry& r) {
  return r.Add(
      Op("Slice")
          .Input("input: T")
          .Input("begin: Index")
          .Input("size: Index")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Index: {int32, int64}")
          .Doc("input[begin : begin + size] in every dimension; a size of -1 reaches the end.")
          .Shape(SliceShape)
          .Gradient(SliceGradient)
          .Cpu<SliceKernel>());
}

}  // namespace millrace
