// Tile: a tensor repeated along its dimensions.
#include "core/base/checked_math.h"
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

class TileKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    MR_ASSIGN_OR_RETURN(const DimVector multiples, IntVectorArg(c.input(1), "multiples"));
    const int rank = in.rank();
    if (static_cast<int>(multiples.size()) != rank) {
      return absl::InvalidArgumentError(
          absl::StrCat("multiples must have ", rank, " elements for input of shape ",
                       in.shape().ToString(), ", got ", multiples.size()));
    }
    DimVector dims(rank);
    for (int d = 0; d < rank; ++d) {
      if (multiples[d] < 0 || !CheckedMul(multiples[d], in.dim(d), &dims[d])) {
        return absl::InvalidArgumentError(absl::StrCat("Expected multiples[", d,
                                                       "] >= 0 and a size that fits, but got ",
                                                       multiples[d], " for dimension ", in.dim(d)));
      }
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    if (shape == in.shape()) {
      c.set_output(0, c.take_input(0));
      return absl::OkStatus();
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const DimVector src = RowMajorStrides(in.shape().dims()), dst = RowMajorStrides(dims);
    StridedView view;
    for (int d = 0; d < rank; ++d) {
      view.AddDim(multiples[d], 0, dst[d] * in.dim(d));
      view.AddDim(in.dim(d), src[d], dst[d]);
    }
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }
};

absl::Status TileShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape length, c.WithRank(1, 1));
  MR_ASSIGN_OR_RETURN(const int64_t rank, ShapeContext::MergeDim(c.input(0).rank(), length.dim(0)));
  if (rank < 0) return absl::OkStatus();
  DimVector dims(rank, PartialShape::kUnknownDim);
  MR_ASSIGN_OR_RETURN(const PartialShape multiples, c.input_as_shape(1));
  if (multiples.known_rank() && c.input(0).known_rank()) {
    for (int d = 0; d < rank; ++d) {
      if (multiples.dim(d) >= 0 && c.input(0).dim(d) >= 0 &&
          !CheckedMul(multiples.dim(d), c.input(0).dim(d), &dims[d])) {
        return c.Error(1, "makes a size that does not fit");
      }
    }
  }
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// dy seen as [m0, d0, m1, d1, ...] and summed over the multiples.
absl::StatusOr<Gradients> TileGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output multiples = b.Cast(op.input(1), DType::kInt32);
  const Output shape = b.Shape(op.input(0));
  const Output split = b.Reshape(b.Pack(Outputs{multiples, shape}, 1), b.Ints({-1}));
  const Output axes = b.Range(b.Scalar<int32_t>(0), b.Size(split), b.Scalar<int32_t>(2));
  return Gradients{b.Reshape(b.Sum(b.Reshape(dy[0], split), axes), shape), {}};
}

}  // namespace

absl::Status RegisterTile(Registry& r) {
  return r.Add(Op("Tile")
                   .Input("input: T")
                   .Input("multiples: Tmultiples")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("Tmultiples: {int32, int64} = DT_INT32")
                   .Doc("The input, `multiples[d]` times along each dimension d.")
                   .Shape(TileShape)
                   .Gradient(TileGradient)
                   .Cpu<TileKernel>());
}

}  // namespace millrace
