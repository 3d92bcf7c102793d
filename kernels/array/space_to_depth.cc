// SpaceToDepth, DepthToSpace: blocks of space moved into the channels and back.
#include "core/base/status.h"
#include "core/graph/builder.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/strided_copy.h"

namespace millrace {
namespace {

// An image of both sides: [batch, height, width, depth], sizes -1 if unknown.
struct Image {
  int64_t batch, height, width, depth;
};

// Where dimensions are in NHWC and NCHW.
struct Layout {
  int height = 1, width = 2, depth = 3;
};

absl::StatusOr<Layout> LayoutAttr(const AttrMap& attrs) {
  std::string format;
  MR_RETURN_IF_ERROR(attrs.Get("data_format", &format));
  if (format == "NHWC") return Layout();
  if (format == "NCHW") return Layout{2, 3, 1};
  return absl::UnimplementedError(absl::StrCat("data_format ", format));
}

Image ImageOf(absl::Span<const int64_t> dims, const Layout& l) {
  return {dims[0], dims[l.height], dims[l.width], dims[l.depth]};
}

// The other side's sizes.
template <bool kToDepth>
absl::StatusOr<Image> Converted(const Image& in, int64_t block) {
  Image out = in;
  const auto divide = [&](int64_t& size, int64_t by) {
    if (size < 0) return true;
    if (size % by != 0) return false;
    size /= by;
    return true;
  };
  const auto multiply = [&](int64_t& size, int64_t by) {
    return size < 0 || !__builtin_mul_overflow(size, by, &size);
  };
  const bool fits = kToDepth ? divide(out.height, block) && divide(out.width, block) &&
                                   multiply(out.depth, block * block)
                             : multiply(out.height, block) && multiply(out.width, block) &&
                                   divide(out.depth, block * block);
  if (fits) return out;
  return absl::InvalidArgumentError(
      absl::StrCat("an image of ", in.height, " x ", in.width, " with ", in.depth,
                   " channels does not divide into blocks of ", block));
}

DimVector DimsOf(const Image& image, const Layout& l) {
  DimVector dims(4);
  dims[0] = image.batch;
  dims[l.height] = image.height;
  dims[l.width] = image.width;
  dims[l.depth] = image.depth;
  return dims;
}

absl::Status CheckBlock(int64_t block) {
  if (block > 1 && block < (int64_t{1} << 31)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Block size should be > 1, but was: ", block));
}

template <bool kToDepth>
class BlockKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("block_size", &block_));
    MR_RETURN_IF_ERROR(CheckBlock(block_));
    MR_ASSIGN_OR_RETURN(layout_, LayoutAttr(c.attrs()));
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() != 4)
      return absl::InvalidArgumentError(
          absl::StrCat("Input rank should be: 4 instead of: ", in.rank()));
    MR_ASSIGN_OR_RETURN(const Image converted,
                        Converted<kToDepth>(ImageOf(in.shape().dims(), layout_), block_));
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(DimsOf(converted, layout_)));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    StridedView view = ViewOf(kToDepth ? in.shape() : shape, kToDepth ? shape : in.shape());
    if (!kToDepth) {
      std::swap(view.src_strides, view.dst_strides);
    }
    StridedCopy(in.dtype(), view, in.raw_data(), out->mutable_raw_data(), c.pool());
    return absl::OkStatus();
  }

 private:
  // From the side with more space to the side with more depth: channel (row in block, column in
  // block, channel).
  StridedView ViewOf(const Shape& space, const Shape& deep) const {
    const DimVector s = RowMajorStrides(space.dims()), d = RowMajorStrides(deep.dims());
    const Layout& l = layout_;
    const int64_t channels = space.dim(l.depth);
    StridedView view;
    view.AddDim(deep.dim(0), s[0], d[0]);
    view.AddDim(deep.dim(l.height), s[l.height] * block_, d[l.height]);
    view.AddDim(block_, s[l.height], d[l.depth] * block_ * channels);
    view.AddDim(deep.dim(l.width), s[l.width] * block_, d[l.width]);
    view.AddDim(block_, s[l.width], d[l.depth] * channels);
    view.AddDim(channels, s[l.depth], d[l.depth]);
    return view;
  }

  int64_t block_;
  Layout layout_;
};

template <bool kToDepth>
absl::Status BlockShape(ShapeContext& c) {
  int64_t block;
  MR_RETURN_IF_ERROR(c.GetAttr("block_size", &block));
  MR_RETURN_IF_ERROR(CheckBlock(block));
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const Layout layout, LayoutAttr(c.attrs()));
  MR_ASSIGN_OR_RETURN(const Image converted,
                      Converted<kToDepth>(ImageOf(in.dims(), layout), block));
  MR_ASSIGN_OR_RETURN(PartialShape out, PartialShape::Create(DimsOf(converted, layout)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

template <bool kToDepth>
absl::StatusOr<Gradients> BlockGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1(kToDepth ? "DepthToSpace" : "SpaceToDepth", {dy[0]},
                         {{"block_size", op.attr<int64_t>("block_size")},
                          {"data_format", op.attr<std::string>("data_format")}})};
}

}  // namespace

absl::Status RegisterSpaceToDepth(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("SpaceToDepth")
                .Input("input: T")
                .Output("output: T")
                .Attr("T: type")
                .Attr("block_size: int >= 2")
                .Attr("data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'")
                .Doc("Each block of block_size x block_size positions as channels of one position.")
                .Shape(BlockShape<true>)
                .Gradient(BlockGradient<true>)
                .Cpu<BlockKernel<true>>()));
  return r.Add(Op("DepthToSpace")
                   .Input("input: T")
                   .Output("output: T")
                   .Attr("T: type")
                   .Attr("block_size: int >= 2")
                   .Attr("data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'")
                   .Doc("Undoes SpaceToDepth.")
                   .Shape(BlockShape<false>)
                   .Gradient(BlockGradient<false>)
                   .Cpu<BlockKernel<false>>());
}

}  // namespace millrace
