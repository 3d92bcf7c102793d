// ExtractGlimpse, ExtractGlimpseV2: a window of each image, with noise where it hangs over the
// edge.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/philox.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/random/distributions.h"

namespace millrace {
namespace {

enum class Noise { kUniform, kGaussian, kZero };

// The part of an image's rows or columns under a window of `size` from `offset` on.
struct GlimpseSide {
  int64_t image, size, offset;

  int64_t to() const { return std::max<int64_t>(0, -offset); }  // where in the window it begins
  int64_t from() const { return std::max<int64_t>(0, offset); }
  int64_t count() const { return std::max<int64_t>(0, std::min(offset + size, image) - from()); }
};

// The extremes and moments of one channel of an image, or of all.
struct Moments {
  float least, most, mean, deviation;

  Moments(const float* x, int64_t n, int64_t stride) : least(*x), most(*x) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      const float v = x[i * stride];
      least = std::min(least, v);
      most = std::max(most, v);
      sum += v;
    }
    const double average = sum / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i) {
      const double d = x[i * stride] - average;
      squares += d * d;
    }
    mean = static_cast<float>(average);
    deviation = static_cast<float>(std::sqrt(squares / static_cast<double>(n)));
  }
};

template <int kVersion>
class ExtractGlimpseKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    bool uniform;
    std::string noise;
    MR_RETURN_IF_ERROR(c.GetAttr("centered", &centered_));
    MR_RETURN_IF_ERROR(c.GetAttr("normalized", &normalized_));
    MR_RETURN_IF_ERROR(c.GetAttr("uniform_noise", &uniform));
    MR_RETURN_IF_ERROR(c.GetAttr("noise", &noise));
    if (uniform && noise != "uniform" && !noise.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("uniform_noise and noise = '", noise,
                                                     "' should not be specified at the same time"));
    }
    if (noise == "uniform" || noise.empty()) {
      noise_ = uniform || !noise.empty() ? Noise::kUniform : Noise::kGaussian;
    } else if (noise == "gaussian") {
      noise_ = Noise::kGaussian;
    } else if (noise == "zero") {
      noise_ = Noise::kZero;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("noise must be 'uniform', 'gaussian' or 'zero', not '", noise, "'"));
    }
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &images = c.input(0), &size = c.input(1), &offsets = c.input(2);
    if (images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4-dimensional, not ", images.shape().ToString()));
    }
    if (size.shape() != Shape({2})) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be a vector of size 2 (height, width), not of shape ",
                       size.shape().ToString()));
    }
    if (offsets.shape() != Shape({images.dim(0), 2})) {
      return absl::InvalidArgumentError(absl::StrCat("offsets must have shape [", images.dim(0),
                                                     ", 2], not ", offsets.shape().ToString()));
    }
    const int64_t height = size.data<int32_t>()[0], width = size.data<int32_t>()[1];
    if (height < 0 || width < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("size must not be negative, but is [", height, ", ", width, "]"));
    }
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        Shape::Create({images.dim(0), height, width, images.dim(3)}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (shape.num_elements() == 0) return absl::OkStatus();
    Philox random(calls_++);
    for (int64_t i = 0; i < images.dim(0); ++i) {
      const float* const at = offsets.data<float>() + 2 * i;
      const GlimpseSide rows = {images.dim(1), height, Offset(at[0], images.dim(1), height)};
      const GlimpseSide columns = {images.dim(2), width, Offset(at[1], images.dim(2), width)};
      const int64_t channels = images.dim(3);
      const float* const image = images.data<float>() + i * rows.image * columns.image * channels;
      float* const to = out->mutable_data<float>() + i * height * width * channels;
      if (rows.count() < height || columns.count() < width)
        FillNoise(image, rows.image * columns.image, channels, height * width, &random, to);
      for (int64_t y = 0; y < rows.count(); ++y) {
        std::copy_n(image + ((rows.from() + y) * columns.image + columns.from()) * channels,
                    columns.count() * channels,
                    to + ((rows.to() + y) * width + columns.to()) * channels);
      }
    }
    return absl::OkStatus();
  }

 private:
  // The first pixel of a window about `at`, of `size` of the `image` pixels of a side.
  int64_t Offset(float at, int64_t image, int64_t size) const {
    const float pixels = static_cast<float>(image), window = static_cast<float>(size);
    if (normalized_) at *= pixels;
    if (kVersion == 1 || normalized_) {
      if (centered_) at = at / 2 + pixels / 2;
      if (centered_ || kVersion == 1) at -= window / 2;
    } else if (centered_) {
      at += pixels / 2;
    }
    constexpr float kFar = 4e9f;  // outside of any image
    return static_cast<int64_t>(at > -kFar ? std::min(at, kFar) : -kFar);
  }

  // `pixels` pixels of noise like the image's own.
  void FillNoise(const float* image, int64_t image_pixels, int64_t channels, int64_t pixels,
                 Philox* random, float* to) const {
    std::fill_n(to, pixels * channels, 0.0f);
    if (noise_ == Noise::kZero || image_pixels == 0) return;
    if (noise_ == Noise::kUniform) {
      const Moments all(image, image_pixels * channels, 1);
      float unit[4];
      for (int64_t i = 0; i < pixels * channels; ++i) {
        if (i % 4 == 0) {
          UniformDistribution<float>()(*random, unit);
          random->Skip(1);
        }
        to[i] = all.least + unit[i % 4] * (all.most - all.least);
      }
      return;
    }
    for (int64_t k = 0; k < channels; ++k) {
      const Moments of(image + k, image_pixels, channels);
      float normal[4];
      for (int64_t i = 0; i < pixels; ++i) {
        if (i % 4 == 0) {
          NormalDistribution<float>()(*random, normal);
          random->Skip(1);
        }
        const float value = normal[i % 4] * of.deviation + of.mean;
        to[i * channels + k] = std::max(std::min(value, of.most), of.least);
      }
    }
  }

  bool centered_ = true, normalized_ = true;
  std::atomic<uint64_t> calls_{0};  // each has other noise, the same in each run of a program
  Noise noise_ = Noise::kUniform;
};

absl::Status GlimpseShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape images, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape offsets, c.WithRank(2, 2));
  MR_ASSIGN_OR_RETURN(const int64_t batch, ShapeContext::MergeDim(images.dim(0), offsets.dim(0)));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(offsets.dim(1), 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  const auto size = c.input_as_ints(1);
  const bool known = size.has_value() && size->size() == 2;
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      PartialShape::Create({batch, known ? (*size)[0] : -1, known ? (*size)[1] : -1,
                                            images.dim(3)}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

template <int kVersion>
absl::Status AddGlimpse(Registry& r, absl::string_view doc) {
  return r.Add(Op(kVersion == 1 ? "ExtractGlimpse" : "ExtractGlimpseV2")
                   .Input("input: float")
                   .Input("size: int32")
                   .Input("offsets: float")
                   .Output("glimpse: float")
                   .Attr("centered: bool = true")
                   .Attr("normalized: bool = true")
                   .Attr("uniform_noise: bool = true")
                   .Attr("noise: string = 'uniform'")
                   .Doc(doc)
                   .Shape(GlimpseShape)
                   .NotDifferentiable()
                   .template Cpu<ExtractGlimpseKernel<kVersion>>());
}

}  // namespace

absl::Status RegisterExtractGlimpse(Registry& r) {
  MR_RETURN_IF_ERROR(
      AddGlimpse<1>(r,
                    "A window of `size` of each image about its offset (y, x): in pixels, or in "
                    "sides of the image if normalized; from the image's middle, in halves of that, "
                    "if centered. Noise where it leaves the image."));
  return AddGlimpse<2>(r,
                       "As ExtractGlimpse, but offsets that are not both normalized and centered "
                       "are of the window's first pixel.");
}

}  // namespace millrace
