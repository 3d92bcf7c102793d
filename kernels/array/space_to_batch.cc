// SpaceToBatchND, BatchToSpaceND and their two-dimensional forms: blocks of space moved into the
// batch and back.
#include "core/base/checked_math.h"
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/array/int_args.h"
#include "kernels/array/paddings.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

// Space: [batch, padded sizes..., rest...]; batch: [batch * product of blocks, padded / block...,
// rest...].
struct Blocks {
  DimVector block;
  Paddings paddings;  // of the space side: what is padded on the way to the batch, cropped on the
                      // way back
};

absl::StatusOr<Blocks> BlocksArg(const DimVector& block, const Tensor& paddings, const Shape& in) {
  Blocks b;
  b.block = block;
  const int m = static_cast<int>(block.size());
  if (in.rank() < 1 + m) {
    return absl::InvalidArgumentError(
        absl::StrCat("input rank should be >= ", 1 + m, " instead of ", in.rank()));
  }
  for (const int64_t n : block) {
    if (n < 1)
      return absl::InvalidArgumentError(
          absl::StrCat("All values in block_shape must be positive, got value, ", n));
  }
  MR_ASSIGN_OR_RETURN(b.paddings, PaddingsArg(paddings, m));
  return b;
}

absl::StatusOr<Shape> BatchShape(const Shape& space, const Blocks& b) {
  DimVector dims(space.dims().begin(), space.dims().end());
  for (size_t d = 0; d < b.block.size(); ++d) {
    int64_t& size = dims[1 + d];
    if (!CheckedAdd(size, b.paddings[d].first, &size) ||
        !CheckedAdd(size, b.paddings[d].second, &size) ||
        !CheckedMul(dims[0], b.block[d], &dims[0])) {
      return absl::InvalidArgumentError("sizes do not fit");
    }
    if (size % b.block[d] != 0) {
      return absl::InvalidArgumentError(absl::StrCat("padded_shape[", d, "]=", size,
                                                     " is not divisible by block_shape[", d,
                                                     "]=", b.block[d]));
    }
    size /= b.block[d];
  }
  return Shape::Create(dims);
}

absl::StatusOr<Shape> SpaceShape(const Shape& batch, const Blocks& b) {
  DimVector dims(batch.dims().begin(), batch.dims().end());
  int64_t product = 1;
  for (size_t d = 0; d < b.block.size(); ++d) {
    int64_t& size = dims[1 + d];
    if (!CheckedMul(product, b.block[d], &product) || !CheckedMul(size, b.block[d], &size)) {
      return absl::InvalidArgumentError("sizes do not fit");
    }
    size -= b.paddings[d].first + b.paddings[d].second;
    if (size < 0) return absl::InvalidArgumentError(absl::StrCat("crops exceed dimension ", 1 + d));
  }
  if (dims[0] % product != 0) {
    return absl::InvalidArgumentError(absl::StrCat("Input batch dimension (", dims[0],
                                                   ") is not divisible by product of block sizes (",
                                                   product, ")"));
  }
  dims[0] /= product;
  return Shape::Create(dims);
}

// Calls f(view) for each position within a block: the part of the space (as source) that lies
// there, and where it is in the batch.
template <typename F>
void ForEachOffset(const Shape& space, const Shape& batch, const Blocks& b, F f) {
  const int m = static_cast<int>(b.block.size());
  const DimVector ss = RowMajorStrides(space.dims()), bs = RowMajorStrides(batch.dims());
  int64_t offsets = 1;
  for (const int64_t n : b.block) offsets *= n;
  for (int64_t k = 0; k < offsets; ++k) {
    StridedView view;
    view.AddDim(space.dim(0), ss[0], bs[0]);
    view.dst_offset = k * space.dim(0) * bs[0];
    int64_t rest = k;
    DimVector at(m);
    for (int d = m - 1; d >= 0; --d) {
      at[d] = rest % b.block[d];
      rest /= b.block[d];
    }
    for (int d = 0; d < m; ++d) {
      // Element j of the batch's dimension is space element j * block + at - before; those inside
      // are first .. last-1.
      const int64_t n = b.block[d], shift = at[d] - b.paddings[d].first;
      const int64_t first = shift < 0 ? (-shift + n - 1) / n : 0;
      const int64_t last =
          std::max(first, std::min(batch.dim(1 + d), (space.dim(1 + d) - shift + n - 1) / n));
      view.AddDim(last - first, ss[1 + d] * n, bs[1 + d]);
      view.src_offset += (first * n + shift) * ss[1 + d];
      view.dst_offset += first * bs[1 + d];
    }
    for (int d = 1 + m; d < space.rank(); ++d) view.AddDim(space.dim(d), ss[d], bs[d]);
    f(view);
  }
}

template <bool kToBatch>
absl::Status Move(KernelContext& c, const Blocks& blocks) {
  const Tensor& in = c.input(0);
  absl::StatusOr<Shape> shape =
      kToBatch ? BatchShape(in.shape(), blocks) : SpaceShape(in.shape(), blocks);
  MR_RETURN_IF_ERROR(shape.status());
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, *shape, &out));
  if (out->num_elements() == 0) return absl::OkStatus();
  if (kToBatch) ZeroElements(in.dtype(), out->mutable_raw_data(), out->num_elements());
  ForEachOffset(kToBatch ? in.shape() : *shape, kToBatch ? *shape : in.shape(), blocks,
                [&](StridedView& view) {
                  if (!kToBatch) {
                    std::swap(view.src_strides, view.dst_strides);
                    std::swap(view.src_offset, view.dst_offset);
                  }
                  StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
                });
  return absl::OkStatus();
}

template <bool kToBatch>
class BlocksNdKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const DimVector block, IntVectorArg(c.input(1), "block_shape"));
    MR_ASSIGN_OR_RETURN(const Blocks blocks, BlocksArg(block, c.input(2), c.input(0).shape()));
    return Move<kToBatch>(c, blocks);
  }
};

template <bool kToBatch>
class Blocks2dKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    return c.GetAttr("block_size", &block_size_);
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must have rank 4, got ", c.input(0).shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Blocks blocks,
                        BlocksArg({block_size_, block_size_}, c.input(1), c.input(0).shape()));
    return Move<kToBatch>(c, blocks);
  }

 private:
  int64_t block_size_;
};

template <bool kToBatch>
absl::Status BlocksShape(ShapeContext& c) {
  if (!c.input(0).known_rank()) return absl::OkStatus();
  const Tensor* paddings = c.input_value(c.num_inputs() - 1);
  DimVector block;
  bool known = paddings != nullptr && c.input(0).fully_defined();
  if (c.num_inputs() == 3) {
    const auto value = c.input_as_ints(1);
    known = known && value.has_value();
    if (known) block.assign(value->begin(), value->end());
  } else {
    int64_t size;
    MR_RETURN_IF_ERROR(c.GetAttr("block_size", &size));
    block = {size, size};
  }
  if (!known) {
    c.set_output(0, PartialShape::UnknownOfRank(c.input(0).rank()));
    return absl::OkStatus();
  }
  const Shape in = c.input(0).ToShape();
  MR_ASSIGN_OR_RETURN(const Blocks blocks, BlocksArg(block, *paddings, in));
  absl::StatusOr<Shape> out = kToBatch ? BatchShape(in, blocks) : SpaceShape(in, blocks);
  MR_RETURN_IF_ERROR(out.status());
  c.set_output(0, *out);
  return absl::OkStatus();
}

// The other direction, with the same blocks.
template <bool kToBatch>
absl::StatusOr<Gradients> BlocksGradient(Builder& b, const OpView& op, const Gradients& dy) {
  if (op.num_inputs() == 3) {
    return Gradients{
        b.Op1(kToBatch ? "BatchToSpaceND" : "SpaceToBatchND", {dy[0], op.input(1), op.input(2)}),
        {},
        {}};
  }
  return Gradients{b.Op1(kToBatch ? "BatchToSpace" : "SpaceToBatch", {dy[0], op.input(1)},
                         {{"block_size", op.attr<int64_t>("block_size")}}),
                   {}};
}

}  // namespace

absl::Status RegisterSpaceToBatch(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("SpaceToBatchND")
          .Input("input: T")
          .Input("block_shape: Tblock_shape")
          .Input("paddings: Tpaddings")
          .Output("output: T")
          .Attr("T: type")
          .Attr("Tblock_shape: {int32, int64} = DT_INT32")
          .Attr("Tpaddings: {int32, int64} = DT_INT32")
          .Doc("Pads the spatial dimensions and moves the positions within blocks into the batch.")
          .Shape(BlocksShape<true>)
          .Gradient(BlocksGradient<true>)
          .Cpu<BlocksNdKernel<true>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("BatchToSpaceND")
                               .Input("input: T")
                               .Input("block_shape: Tblock_shape")
                               .Input("crops: Tcrops")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tblock_shape: {int32, int64} = DT_INT32")
                               .Attr("Tcrops: {int32, int64} = DT_INT32")
                               .Doc("Undoes SpaceToBatchND, and crops.")
                               .Shape(BlocksShape<false>)
                               .Gradient(BlocksGradient<false>)
                               .Cpu<BlocksNdKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("SpaceToBatch")
                               .Input("input: T")
                               .Input("paddings: Tpaddings")
                               .Output("output: T")
                               .Attr("T: type")
                               .Attr("Tpaddings: {int32, int64} = DT_INT32")
                               .Attr("block_size: int >= 2")
                               .Doc("SpaceToBatchND of images, with square blocks.")
                               .Shape(BlocksShape<true>)
                               .Gradient(BlocksGradient<true>)
                               .Cpu<Blocks2dKernel<true>>()));
  return r.Add(Op("BatchToSpace")
                   .Input("input: T")
                   .Input("crops: Tidx")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("block_size: int >= 2")
                   .Attr("Tidx: {int32, int64} = DT_INT32")
                   .Doc("BatchToSpaceND of images, with square blocks.")
                   .Shape(BlocksShape<false>)
                   .Gradient(BlocksGradient<false>)
                   .Cpu<Blocks2dKernel<false>>());
}

}  // namespace millrace
