// Conv3D, Conv3DBackpropInputV2, Conv3DBackpropFilterV2: the window of each output pixel as a row,
// times the filters.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/gemm.h"
#include "kernels/math/wide.h"
#include "kernels/nn/volume.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

// Rows of output pixels that are worked on together.
constexpr int64_t kRows = 1024;

class Conv3DBase : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_ASSIGN_OR_RETURN(attrs_, VolumeAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

 protected:
  struct Sizes {
    VolumeGeometry g;
    int64_t filters, row;  // elements of a window
    Shape out;
  };
  // Of an input and a filter [depth, height, width, channels, filters].
  absl::StatusOr<Sizes> SizesOf(const Shape& in, const Shape& filter) const {
    if (filter.rank() != 5 || in.rank() != 5 || in.dim(attrs_.channels()) != filter.dim(3)) {
      return absl::InvalidArgumentError(
          absl::StrCat("input and filter must be 5-dimensional and have the same depth, not ",
                       in.ToString(), " and ", filter.ToString()));
    }
    Sizes s;
    MR_ASSIGN_OR_RETURN(
        s.g, VolumeGeometry::Create(attrs_, in, {filter.dim(0), filter.dim(1), filter.dim(2)}));
    s.filters = filter.dim(4);
    s.row = filter.dim(0) * filter.dim(1) * filter.dim(2) * filter.dim(3);
    MR_ASSIGN_OR_RETURN(s.out, s.g.OutShape(s.filters));
    return s;
  }
  // fn(element of the input, element of the row) for the window of output pixel p.
  template <typename F>
  static void ForEachInRow(const VolumeGeometry& g, int64_t p, F fn) {
    const int64_t step = g.ChannelStep(g.in);
    g.AtPixel(p, [&](int64_t image, int64_t oz, int64_t oy, int64_t ox) {
      g.ForEachPosition(oz, oy, ox, [&](int64_t z, int64_t y, int64_t x, int64_t tap) {
        const int64_t at = g.At(g.in, g.channels, image, z, y, x);
        for (int64_t k = 0; k < g.channels; ++k) fn(at + k * step, tap * g.channels + k);
      });
    });
  }
  // fn(element of the output, filter) of output pixel p.
  template <typename F>
  static void ForEachFilter(const Sizes& s, int64_t p, F fn) {
    const int64_t step = s.g.ChannelStep(s.g.out);
    s.g.AtPixel(p, [&](int64_t image, int64_t z, int64_t y, int64_t x) {
      const int64_t at = s.g.At(s.g.out, s.filters, image, z, y, x);
      for (int64_t k = 0; k < s.filters; ++k) fn(at + k * step, k);
    });
  }

  VolumeAttrs attrs_;
};

class Conv3DKernel final : public Conv3DBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Sizes s, SizesOf(c.input(0).shape(), c.input(1).shape()));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, s.out, &out));
    const std::vector<double> x = LoadWide<double>(c.input(0)), f = LoadWide<double>(c.input(1));
    std::vector<double> y(static_cast<size_t>(s.out.num_elements()));
    for (int64_t begin = 0; begin < s.g.out_pixels() && s.filters > 0; begin += kRows) {
      const int64_t n = std::min(kRows, s.g.out_pixels() - begin);
      std::vector<double> rows(static_cast<size_t>(n * s.row)),
          product(static_cast<size_t>(n * s.filters));
      for (int64_t i = 0; i < n; ++i)
        ForEachInRow(s.g, begin + i, [&](int64_t at, int64_t k) { rows[i * s.row + k] = x[at]; });
      if (s.row > 0) Gemm(c.pool(), {n, s.filters, s.row}, rows.data(), f.data(), product.data());
      for (int64_t i = 0; i < n; ++i)
        ForEachFilter(s, begin + i,
                      [&](int64_t at, int64_t k) { y[at] = product[i * s.filters + k]; });
    }
    StoreWide(y, out);
    return absl::OkStatus();
  }
};

absl::StatusOr<Shape> SizesArg(const Tensor& t) {
  if (t.rank() != 1 || t.dim(0) != 5) {
    return absl::InvalidArgumentError(
        absl::StrCat("the sizes must be a vector of 5 elements, not ", t.shape().ToString()));
  }
  DimVector dims;
  for (int64_t i = 0; i < 5; ++i)
    dims.push_back(t.dtype() == DType::kInt32 ? t.data<int32_t>()[i] : t.data<int64_t>()[i]);
  return Shape::Create(dims);
}

// The gradient by the input (rows = dy F^T, added where they came from) or by the filter
// (rows^T dy).
template <bool kByFilter>
class Conv3DBackpropKernel final : public Conv3DBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape sizes, SizesArg(c.input(kByFilter ? 1 : 0)));
    const Tensor& given = c.input(kByFilter ? 0 : 1);  // the input or the filter
    MR_ASSIGN_OR_RETURN(const Sizes s,
                        kByFilter ? SizesOf(given.shape(), sizes) : SizesOf(sizes, given.shape()));
    if (c.input(2).shape() != s.out) {
      return absl::InvalidArgumentError(absl::StrCat("out_backprop must have the shape ",
                                                     s.out.ToString(), ", not ",
                                                     c.input(2).shape().ToString()));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, sizes, &out));
    const std::vector<double> operand = LoadWide<double>(given), dy = LoadWide<double>(c.input(2));
    std::vector<double> result(static_cast<size_t>(sizes.num_elements()));
    for (int64_t begin = 0; begin < s.g.out_pixels() && s.filters * s.row > 0; begin += kRows) {
      const int64_t n = std::min(kRows, s.g.out_pixels() - begin);
      std::vector<double> d(static_cast<size_t>(n * s.filters)),
          rows(static_cast<size_t>(n * s.row));
      for (int64_t i = 0; i < n; ++i)
        ForEachFilter(s, begin + i, [&](int64_t at, int64_t k) { d[i * s.filters + k] = dy[at]; });
      if (kByFilter) {
        for (int64_t i = 0; i < n; ++i)
          ForEachInRow(s.g, begin + i,
                       [&](int64_t at, int64_t k) { rows[i * s.row + k] = operand[at]; });
        std::vector<double> part(result.size());
        Gemm(c.pool(), {s.row, s.filters, n, true, false}, rows.data(), d.data(), part.data());
        for (size_t i = 0; i < part.size(); ++i) result[i] += part[i];
      } else {
        Gemm(c.pool(), {n, s.row, s.filters, false, true}, d.data(), operand.data(), rows.data());
        for (int64_t i = 0; i < n; ++i)
          ForEachInRow(s.g, begin + i,
                       [&](int64_t at, int64_t k) { result[at] += rows[i * s.row + k]; });
      }
    }
    StoreWide(result, out);
    return absl::OkStatus();
  }
};

absl::Status Conv3DShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const VolumeAttrs attrs, VolumeAttrs::Read(c.attrs()));
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRank(0, 5));
  MR_ASSIGN_OR_RETURN(const PartialShape filter, c.WithRank(1, 5));
  const auto same = ShapeContext::MergeDim(in.dim(attrs.channels()), filter.dim(3));
  if (!same.ok()) return c.Error(1, same.status().message());
  MR_ASSIGN_OR_RETURN(
      PartialShape out,
      VolumeOutShape(attrs, in, {filter.dim(0), filter.dim(1), filter.dim(2)}, filter.dim(4)));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

template <int kSizes>
absl::Status ShapeOfSizes(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.input_as_shape(kSizes));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

AttrMap ConvAttrs(const OpView& op) {
  return CopyAttrs(op, {"strides", "padding", "data_format", "dilations"});
}

absl::StatusOr<Gradients> Conv3DGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0), f = op.input(1);
  return Gradients{b.Op1("Conv3DBackpropInputV2", {b.Shape(x), f, dy[0]}, ConvAttrs(op)),
                   b.Op1("Conv3DBackpropFilterV2", {x, b.Shape(f), dy[0]}, ConvAttrs(op))};
}

absl::StatusOr<Gradients> BackpropInputGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output f = op.input(1);
  return Gradients{Gradient(),
                   b.Op1("Conv3DBackpropFilterV2", {dy[0], b.Shape(f), op.input(2)}, ConvAttrs(op)),
                   b.Op1("Conv3D", {dy[0], f}, ConvAttrs(op))};
}

absl::StatusOr<Gradients> BackpropFilterGradient(Builder& b, const OpView& op,
                                                 const Gradients& dy) {
  const Output x = op.input(0);
  return Gradients{b.Op1("Conv3DBackpropInputV2", {b.Shape(x), dy[0], op.input(2)}, ConvAttrs(op)),
                   Gradient(), b.Op1("Conv3D", {x, dy[0]}, ConvAttrs(op))};
}

}  // namespace

absl::Status RegisterConv3d(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("Conv3D")
          .Input("input: T")
          .Input("filter: T")
          .Output("output: T")
          .Attr("T: {half, bfloat16, float, double}")
          .Attr("strides: list(int) >= 5")
          .Attr("padding: {'SAME', 'VALID'}")
          .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
          .Attr("dilations: list(int) = [1,1,1,1,1]")
          .Doc("Convolution of volumes with filters [depth, height, width, channels, filters].")
          .Shape(Conv3DShape)
          .Gradient(Conv3DGradient)
          .Cpu<Conv3DKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("Conv3DBackpropInputV2")
                               .Input("input_sizes: Tshape")
                               .Input("filter: T")
                               .Input("out_backprop: T")
                               .Output("output: T")
                               .Attr("T: {half, bfloat16, float, double}")
                               .Attr("strides: list(int) >= 5")
                               .Attr("padding: {'SAME', 'VALID'}")
                               .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                               .Attr("dilations: list(int) = [1,1,1,1,1]")
                               .Attr("Tshape: {int32, int64} = DT_INT32")
                               .Doc("The gradient of Conv3D by its input, of shape input_sizes.")
                               .Shape(ShapeOfSizes<0>)
                               .Gradient(BackpropInputGradient)
                               .Cpu<Conv3DBackpropKernel<false>>()));
  return r.Add(Op("Conv3DBackpropFilterV2")
                   .Input("input: T")
                   .Input("filter_sizes: int32")
                   .Input("out_backprop: T")
                   .Output("output: T")
                   .Attr("T: {half, bfloat16, float, double}")
                   .Attr("strides: list(int) >= 5")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Attr("data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'")
                   .Attr("dilations: list(int) = [1,1,1,1,1]")
                   .Doc("The gradient of Conv3D by its filter, of shape filter_sizes.")
                   .Shape(ShapeOfSizes<1>)
                   .Gradient(BackpropFilterGradient)
                   .Cpu<Conv3DBackpropKernel<true>>());
}

}  // namespace millrace
