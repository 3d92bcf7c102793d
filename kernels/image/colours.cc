// RGBToHSV, HSVToRGB, AdjustContrast, AdjustContrastv2, AdjustHue, AdjustSaturation.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

// Hue, saturation and value of a pixel, each in [0, 1] where red, green and blue are.
struct Hsv {
  double h, s, v;
};
struct Rgb {
  double r, g, b;
};

Hsv ToHsv(const Rgb& p) {
  const double v = std::max({p.r, p.g, p.b}), range = v - std::min({p.r, p.g, p.b});
  Hsv out = {0, v > 0 ? range / v : 0, v};
  if (range <= 0) return out;
  const double norm = 1 / (6 * range);
  if (p.r == v) {
    out.h = norm * (p.g - p.b);
  } else if (p.g == v) {
    out.h = norm * (p.b - p.r) + 2.0 / 6;
  } else {
    out.h = norm * (p.r - p.g) + 4.0 / 6;
  }
  if (out.h < 0) out.h += 1;
  return out;
}

Rgb ToRgb(const Hsv& p) {
  const double h = p.h * 6;
  const auto channel = [&](double share) {
    return ((1 - p.s) + p.s * std::clamp(share, 0.0, 1.0)) * p.v;
  };
  return {channel(std::abs(h - 3) - 1), channel(2 - std::abs(h - 2)), channel(2 - std::abs(h - 4))};
}

// `other_channels`: how a number of channels other than 3 is refused.
absl::Status CheckPixels(const Tensor& images, int least_rank, absl::StatusCode other_channels) {
  if (images.rank() < least_rank) {
    return absl::InvalidArgumentError(absl::StrCat("input must be at least ", least_rank,
                                                   "-D, got shape ", images.shape().ToString()));
  }
  if (images.dim(images.rank() - 1) == 3) return absl::OkStatus();
  return absl::Status(other_channels, absl::StrCat("input must have 3 channels but instead has ",
                                                   images.dim(images.rank() - 1), " channels"));
}

// Output 0 with fn(three channels) of each pixel.
template <typename F>
absl::Status MapPixels(KernelContext& c, int least_rank, F fn) {
  const Tensor& images = c.input(0);
  MR_RETURN_IF_ERROR(CheckPixels(
      images, least_rank,
      least_rank > 1 ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kFailedPrecondition));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, images.shape(), &out));
  std::vector<double> pixels = LoadWide<double>(images);
  for (size_t i = 0; i < pixels.size(); i += 3) fn(&pixels[i]);
  StoreWide(pixels, out);
  return absl::OkStatus();
}

void Store(const Rgb& p, double* to) {
  to[0] = p.r;
  to[1] = p.g;
  to[2] = p.b;
}

class RgbToHsvKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return MapPixels(c, 1, [](double* p) {
      const Hsv hsv = ToHsv({p[0], p[1], p[2]});
      Store({hsv.h, hsv.s, hsv.v}, p);
    });
  }
};

class HsvToRgbKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    return MapPixels(c, 1, [](double* p) { Store(ToRgb({p[0], p[1], p[2]}), p); });
  }
};

absl::StatusOr<double> ScalarFactor(const Tensor& t, absl::string_view what) {
  if (t.rank() == 0) return t.scalar<float>();
  return absl::InvalidArgumentError(absl::StrCat(what, " must be scalar: ", t.shape().ToString()));
}

class AdjustHueKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const double delta, ScalarFactor(c.input(1), "delta"));
    return MapPixels(c, 3, [&](double* p) {
      Hsv hsv = ToHsv({p[0], p[1], p[2]});
      hsv.h += delta;
      hsv.h -= std::floor(hsv.h);
      Store(ToRgb(hsv), p);
    });
  }
};

class AdjustSaturationKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const double scale, ScalarFactor(c.input(1), "scale"));
    return MapPixels(c, 3, [&](double* p) {
      Hsv hsv = ToHsv({p[0], p[1], p[2]});
      hsv.s = std::clamp(hsv.s * scale, 0.0, 1.0);
      Store(ToRgb(hsv), p);
    });
  }
};

// Distances from the mean of each image and channel, times a factor. The first form of the op
// clamps.
template <bool kClamps>
class AdjustContrastKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& images = c.input(0);
    if (images.rank() < 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be at least 3-D, got shape ", images.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const double factor, ScalarFactor(c.input(1), "contrast_factor"));
    double low = 0, high = 0;
    if (kClamps) {
      MR_ASSIGN_OR_RETURN(low, ScalarFactor(c.input(2), "min_value"));
      MR_ASSIGN_OR_RETURN(high, ScalarFactor(c.input(3), "max_value"));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images.shape(), &out));
    if (images.num_elements() == 0) return absl::OkStatus();
    std::vector<double> pixels = LoadWide<double>(images);
    const size_t channels = static_cast<size_t>(images.dim(images.rank() - 1));
    const size_t size = channels * static_cast<size_t>(images.dim(images.rank() - 2) *
                                                       images.dim(images.rank() - 3));
    for (size_t at = 0; at < pixels.size(); at += size) {
      for (size_t k = 0; k < channels; ++k) {
        double sum = 0;
        for (size_t i = at + k; i < at + size; i += channels) sum += pixels[i];
        const double mean = sum / static_cast<double>(size / channels);
        for (size_t i = at + k; i < at + size; i += channels) {
          pixels[i] = (pixels[i] - mean) * factor + mean;
          if (kClamps) pixels[i] = std::min(std::max(pixels[i], low), high);
        }
      }
    }
    StoreWide(pixels, out);
    return absl::OkStatus();
  }
};

absl::Status PixelsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRankAtLeast(0, 1));
  if (s.known_rank() && s.dim(s.rank() - 1) >= 0 && s.dim(s.rank() - 1) != 3)
    return c.Error(0, absl::StrCat("must have 3 channels, not the shape ", s.ToString()));
  c.set_output(0, std::move(s));
  return absl::OkStatus();
}

absl::Status ImagesShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape s, c.WithRankAtLeast(0, 3));
  c.set_output(0, std::move(s));
  return absl::OkStatus();
}

// 1 at the channel that holds the largest (or smallest) value of a pixel, the first (or last) of
// equal ones, and 0 at the others.
Output Extreme(Builder& b, Output pixels, absl::string_view op) {
  const Output at = b.Op1(op, {pixels, b.Scalar<int32_t>(-1)});
  return b.Op1("OneHot",
               {at, b.Scalar<int32_t>(3), b.ScalarLike(pixels, 1), b.ScalarLike(pixels, 0)});
}

// With M and m the largest and the smallest of the channels and R = M - m: v = M, s = R / M, and
// h = (next - previous) / (6 R) plus a constant, by the neighbours of the largest channel.
absl::StatusOr<Gradients> RgbToHsvGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output x = op.input(0);
  const auto channels = [&](Output of, std::initializer_list<int32_t> order) {
    return b.Gather(of, b.Ints(order), -1);
  };
  const auto ratio = [&](Output n, Output d) { return b.Op1("DivNoNan", {n, d}); };
  const Output largest = Extreme(b, x, "ArgMax");
  const Output smallest = channels(Extreme(b, channels(x, {2, 1, 0}), "ArgMin"), {2, 1, 0});
  const Output most = b.Sum(b.Mul(x, largest), {-1}, /*keep_dims=*/true);
  const Output least = b.Sum(b.Mul(x, smallest), {-1}, /*keep_dims=*/true);
  const Output range = b.Sub(most, least);
  const Output turn = b.Sum(b.Mul(largest, b.Sub(channels(x, {1, 2, 0}), channels(x, {2, 0, 1}))),
                            {-1}, /*keep_dims=*/true);
  const Output hue = b.Sub(b.Sub(channels(largest, {2, 0, 1}), channels(largest, {1, 2, 0})),
                           b.Mul(ratio(turn, range), b.Sub(largest, smallest)));
  const Output saturation =
      b.Sub(b.Mul(ratio(least, b.Square(most)), largest), ratio(smallest, most));
  const Output dh = ratio(channels(dy[0], {0}), b.Mul(range, b.ScalarLike(range, 6)));
  const Output parts[] = {b.Mul(dh, hue), b.Mul(channels(dy[0], {1}), saturation),
                          b.Mul(channels(dy[0], {2}), largest)};
  return Gradients{b.AddN(parts)};
}

}  // namespace

absl::Status RegisterColours(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("RGBToHSV")
          .Input("images: T")
          .Output("output: T")
          .Attr("T: {half, bfloat16, float, double} = DT_FLOAT")
          .Doc(
              "Pixels of red, green and blue, in the last dimension, as hue, saturation and value.")
          .Shape(PixelsShape)
          .Gradient(RgbToHsvGradient)
          .Cpu<RgbToHsvKernel>()));
  MR_RETURN_IF_ERROR(r.Add(
      Op("HSVToRGB")
          .Input("images: T")
          .Output("output: T")
          .Attr("T: {half, bfloat16, float, double} = DT_FLOAT")
          .Doc(
              "Pixels of hue, saturation and value, in the last dimension, as red, green and blue.")
          .Shape(PixelsShape)
          .NotDifferentiable()
          .Cpu<HsvToRgbKernel>()));
  MR_RETURN_IF_ERROR(
      r.Add(Op("AdjustHue")
                .Input("images: T")
                .Input("delta: float")
                .Output("output: T")
                .Attr("T: {half, float} = DT_FLOAT")
                .Doc("RGB images with `delta` (turns of the colour circle) added to the hue.")
                .Shape(ImagesShape)
                .Cpu<AdjustHueKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AdjustSaturation")
                               .Input("images: T")
                               .Input("scale: float")
                               .Output("output: T")
                               .Attr("T: {half, float} = DT_FLOAT")
                               .Doc("RGB images with the saturation multiplied by `scale`.")
                               .Shape(ImagesShape)
                               .Cpu<AdjustSaturationKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("AdjustContrast")
                               .Input("images: T")
                               .Input("contrast_factor: float")
                               .Input("min_value: float")
                               .Input("max_value: float")
                               .Output("output: float")
                               .Attr("T: {uint8, int8, int16, int32, int64, float, double}")
                               .Doc("Images whose distances from the mean of each channel are "
                                    "multiplied by contrast_factor, "
                                    "clamped to [min_value, max_value].")
                               .Shape(ImagesShape)
                               .Cpu<AdjustContrastKernel<true>>()));
  return r.Add(Op("AdjustContrastv2")
                   .Input("images: T")
                   .Input("contrast_factor: float")
                   .Output("output: T")
                   .Attr("T: {half, float} = DT_FLOAT")
                   .Doc("Images whose distances from the mean of each channel are multiplied by "
                        "contrast_factor.")
                   .Shape(ImagesShape)
                   .Cpu<AdjustContrastKernel<false>>());
}

}  // namespace millrace
