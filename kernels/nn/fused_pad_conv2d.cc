// FusedPadConv2D, FusedResizeAndPadConv2D: a convolution of images that are first continued by
// their reflection, or before that resized.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/paddings.h"
#include "kernels/array/reflections.h"
#include "kernels/nn/conv2d.h"
#include "kernels/nn/layout.h"
#include "kernels/nn/window.h"

namespace millrace {
namespace {

// Between which two positions along one side, and how far from the first, a resized one lies.
struct Between {
  int64_t low, high;
  double part;
};

std::vector<Between> ResizedSide(int64_t from, int64_t to, bool align_corners) {
  const float scale = align_corners && to > 1
                          ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                          : static_cast<float>(from) / static_cast<float>(to);
  std::vector<Between> side;
  for (int64_t i = 0; i < to; ++i) {
    const float at = static_cast<float>(i) * scale;
    const int64_t low = std::min(static_cast<int64_t>(at), from - 1);
    side.push_back({low, std::min(low + 1, from - 1), at - std::floor(at)});
  }
  return side;
}

// The images, of float or double, resized by bilinear interpolation.
template <typename T>
void ResizeImages(const Tensor& in, bool align_corners, Tensor* out) {
  const int64_t height = in.dim(1), width = in.dim(2), channels = in.dim(3);
  const std::vector<Between> rows = ResizedSide(height, out->dim(1), align_corners),
                             columns = ResizedSide(width, out->dim(2), align_corners);
  T* to = out->mutable_data<T>();
  for (int64_t b = 0; b < in.dim(0); ++b) {
    const T* const image = in.data<T>() + b * height * width * channels;
    for (const Between& y : rows) {
      for (const Between& x : columns) {
        const auto corner = [&](int64_t row, int64_t column) {
          return image + (row * width + column) * channels;
        };
        const T *tl = corner(y.low, x.low), *tr = corner(y.low, x.high),
                *bl = corner(y.high, x.low), *br = corner(y.high, x.high);
        for (int64_t k = 0; k < channels; ++k) {
          const T top = tl[k] + (tr[k] - tl[k]) * static_cast<T>(x.part);
          const T bottom = bl[k] + (br[k] - bl[k]) * static_cast<T>(x.part);
          *to++ = top + (bottom - top) * static_cast<T>(y.part);
        }
      }
    }
  }
}

template <typename T>
void ReflectImages(const Tensor& in, const Paddings& paddings, int offset, Tensor* out) {
  std::vector<std::vector<int64_t>> from;
  for (int d = 0; d < 4; ++d)
    from.push_back(Reflections(in.dim(d), paddings[d].first, paddings[d].second, offset));
  T* to = out->mutable_data<T>();
  for (const int64_t b : from[0]) {
    for (const int64_t y : from[1]) {
      for (const int64_t x : from[2]) {
        const T* const pixel = in.data<T>() + ((b * in.dim(1) + y) * in.dim(2) + x) * in.dim(3);
        for (const int64_t k : from[3]) *to++ = pixel[k];
      }
    }
  }
}

// (input, [size,] paddings, filter).
template <bool kResize>
class FusedPadConv2DKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string mode;
    MR_RETURN_IF_ERROR(c.GetAttr("mode", &mode));
    offset_ = mode == "REFLECT" ? 1 : 0;
    if (kResize) MR_RETURN_IF_ERROR(c.GetAttr("resize_align_corners", &align_corners_));
    MR_ASSIGN_OR_RETURN(attrs_, WindowAttrs::Read(c.attrs()));
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    constexpr int kPaddings = kResize ? 2 : 1, kFilter = kPaddings + 1;
    Tensor x, filter, y;
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(0), false, &x));
    MR_RETURN_IF_ERROR(ToNhwc(c, c.input(kFilter), false, &filter));
    if (x.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4-dimensional, not ", x.shape().ToString()));
    }
    if (kResize) MR_RETURN_IF_ERROR(Resize(c, &x));
    MR_ASSIGN_OR_RETURN(const Paddings paddings, PaddingsArg(c.input(kPaddings), 4));
    MR_RETURN_IF_ERROR(CheckReflection(x.shape(), paddings, offset_));
    MR_ASSIGN_OR_RETURN(const Shape padded_shape, PaddedShape(x.shape(), paddings));
    Tensor padded;
    MR_RETURN_IF_ERROR(c.allocate_temp(x.dtype(), padded_shape, &padded));
    if (x.dtype() == DType::kDouble) {
      ReflectImages<double>(x, paddings, offset_, &padded);
    } else {
      ReflectImages<float>(x, paddings, offset_, &padded);
    }
    MR_ASSIGN_OR_RETURN(const Convolution conv,
                        Convolution::Create(attrs_, padded_shape, filter.shape()));
    MR_ASSIGN_OR_RETURN(const Shape shape, ImageShape(attrs_, conv.g.batch, conv.g.out_height,
                                                      conv.g.out_width, conv.out_channels()));
    MR_RETURN_IF_ERROR(AllocateNhwc(c, 0, shape, false, &y));
    Convolve(c.pool(), conv, padded, filter, &y);
    return StoreNhwc(c, 0, shape, false, std::move(y));
  }

 private:
  absl::Status Resize(KernelContext& c, Tensor* x) const {
    const Tensor& size = c.input(1);
    if (size.shape() != Shape({2})) {
      return absl::InvalidArgumentError(
          absl::StrCat("size must have two elements, not shape ", size.shape().ToString()));
    }
    const int64_t height = size.data<int32_t>()[0], width = size.data<int32_t>()[1];
    if (height <= 0 || width <= 0 || x->dim(1) <= 0 || x->dim(2) <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("output dimensions must be positive, not ",
                                                     height, " and ", width, ", and the images ",
                                                     x->shape().ToString(), " not empty"));
    }
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({x->dim(0), height, width, x->dim(3)}));
    Tensor resized;
    MR_RETURN_IF_ERROR(c.allocate_temp(x->dtype(), shape, &resized));
    if (x->dtype() == DType::kDouble) {
      ResizeImages<double>(*x, align_corners_, &resized);
    } else {
      ResizeImages<float>(*x, align_corners_, &resized);
    }
    *x = std::move(resized);
    return absl::OkStatus();
  }

  WindowAttrs attrs_;
  int offset_ = 1;
  bool align_corners_ = false;
};

template <bool kResize>
absl::Status FusedPadConvShape(ShapeContext& c) {
  constexpr int kPaddings = kResize ? 2 : 1, kFilter = kPaddings + 1;
  MR_ASSIGN_OR_RETURN(const PartialShape x, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape filter, c.WithRank(kFilter, 4));
  MR_RETURN_IF_ERROR(c.WithRank(kPaddings, 2).status());
  MR_RETURN_IF_ERROR(WindowAttrs::Read(c.attrs()).status());
  PartialShape y = PartialShape::UnknownOfRank(4);
  const Tensor* const paddings = c.input_value(kPaddings);
  if (paddings != nullptr && x.dim(0) >= 0) {
    MR_ASSIGN_OR_RETURN(const Paddings pads, PaddingsArg(*paddings, 4));
    y.SetDim(0, x.dim(0) + pads[0].first + pads[0].second);
  }
  y.SetDim(3, filter.dim(3));
  c.set_output(0, std::move(y));
  return absl::OkStatus();
}

template <bool kResize>
absl::Status AddFused(Registry& r, const char* name, absl::string_view types,
                      absl::string_view doc) {
  Op op(name);
  op.Input("input: T");
  if (kResize) op.Input("size: int32");
  op.Input("paddings: int32").Input("filter: T").Output("output: T").Attr(types);
  if (kResize) op.Attr("resize_align_corners: bool = false");
  return r.Add(op.Attr("mode: {'REFLECT', 'SYMMETRIC'}")
                   .Attr("strides: list(int)")
                   .Attr("padding: {'SAME', 'VALID'}")
                   .Doc(doc)
                   .Shape(FusedPadConvShape<kResize>)
                   .template Cpu<FusedPadConv2DKernel<kResize>>());
}

}  // namespace

absl::Status RegisterFusedPadConv2d(Registry& r) {
  MR_RETURN_IF_ERROR(AddFused<false>(r, "FusedPadConv2D", "T: {half, bfloat16, float, double}",
                                     "Conv2D of what MirrorPad makes of the images."));
  return AddFused<true>(r, "FusedResizeAndPadConv2D", "T: {half, float, double}",
                        "Conv2D of what MirrorPad makes of the images resized by ResizeBilinear.");
}

}  // namespace millrace
