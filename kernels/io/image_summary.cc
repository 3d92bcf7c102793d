// ImageSummary: pictures.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/png.h"
#include "kernels/io/file_kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

// An image of reals as bytes. Without negative values 0 becomes 0 and the largest 255; else 0
// becomes 128 and the value farthest from it 1 or 255. Pixels that are not finite get bad_colour
// and do not count.
class ImageScaler {
 public:
  ImageScaler(int64_t channels, const uint8_t* bad_colour)
      : channels_(channels), bad_colour_(bad_colour) {}

  void Scale(absl::Span<const double> image, uint8_t* out) const {
    double min = 0, max = 0;
    ForEachPixel(image, [&](const double* pixel, bool finite) {
      if (!finite) return;
      min = std::min(min, *std::min_element(pixel, pixel + channels_));
      max = std::max(max, *std::max_element(pixel, pixel + channels_));
    });
    const double largest = std::max(-min, max);
    const float offset = min < 0 ? 128.f : 0.f;
    const float range = min < 0 ? 127.f : 255.f;
    constexpr double kZero = 1e-6;  // what is this small is black, or grey, and not noise
    const float scale = largest < kZero ? 0.f : range / static_cast<float>(largest);
    ForEachPixel(image, [&](const double* pixel, bool finite) {
      for (int64_t c = 0; c < channels_; ++c) {
        *out++ = finite ? static_cast<uint8_t>(static_cast<float>(pixel[c]) * scale + offset)
                        : bad_colour_[c];
      }
    });
  }

 private:
  template <typename F>
  void ForEachPixel(absl::Span<const double> image, F f) const {
    for (const double* pixel = image.begin(); pixel != image.end(); pixel += channels_)
      f(pixel, std::all_of(pixel, pixel + channels_, [](double v) { return std::isfinite(v); }));
  }

  const int64_t channels_;
  const uint8_t* const bad_colour_;
};

class ImageSummaryKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("max_images", &max_images_));
    MR_RETURN_IF_ERROR(c.GetAttr("bad_color", &bad_colour_));
    if (bad_colour_.dtype() == DType::kUInt8 && bad_colour_.rank() == 1) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("bad_color must be a vector of uint8, got ",
                                                   DTypeName(bad_colour_.dtype()),
                                                   bad_colour_.shape().ToString()));
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 0, "tag"));
    const Tensor& images = c.input(1);
    MR_RETURN_IF_ERROR(CheckShape(images));
    const int64_t shown = std::min(max_images_, images.dim(0));
    Summary summary;
    for (int64_t i = 0; i < shown; ++i) {
      Summary::Value* value = summary.add_value();
      value->set_tag(max_images_ == 1 ? absl::StrCat(tag, "/image")
                                      : absl::StrCat(tag, "/image/", i));
      MR_RETURN_IF_ERROR(AddImage(images, i, value->mutable_image()));
    }
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }

 private:
  absl::Status CheckShape(const Tensor& images) const {
    const int64_t channels = images.rank() == 4 ? images.dim(3) : 0;
    if (channels != 1 && channels != 3 && channels != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Tensor must be 4-D with last dim 1, 3, or 4, not ", images.shape().ToString()));
    }
    if (bad_colour_.num_elements() < channels) {
      return absl::InvalidArgumentError(absl::StrCat("bad_color has ", bad_colour_.num_elements(),
                                                     " channels, the images ", channels));
    }
    return absl::OkStatus();
  }

  absl::Status AddImage(const Tensor& images, int64_t i, Summary::Image* out) const {
    Pixels<uint8_t> image = {images.dim(1), images.dim(2), images.dim(3), {}};
    const int64_t size = image.height * image.row();
    if (images.dtype() == DType::kUInt8) {
      const uint8_t* pixels = images.data<uint8_t>() + i * size;
      image.values.assign(pixels, pixels + size);
    } else {
      image.values.resize(static_cast<size_t>(size));
      ImageScaler(image.channels, bad_colour_.data<uint8_t>())
          .Scale(ElementsAsDoubles(images, i * size, size), image.values.data());
    }
    MR_ASSIGN_OR_RETURN(*out->mutable_encoded_image_string(),
                        EncodePng(image, kDefaultPngCompression));
    out->set_height(static_cast<int32_t>(image.height));
    out->set_width(static_cast<int32_t>(image.width));
    out->set_colorspace(static_cast<int32_t>(image.channels));
    return absl::OkStatus();
  }

  int64_t max_images_ = 0;
  Tensor bad_colour_;
};

absl::Status ImagesShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 4).status());
  return ScalarOutputs(c);
}

}  // namespace

absl::Status RegisterImageSummary(Registry& r) {
  return r.Add(
      Op("ImageSummary")
          .Input("tag: string")
          .Input("tensor: T")
          .Output("summary: string")
          .Attr("max_images: int >= 1 = 3")
          .Attr("T: {uint8, float, half, double} = DT_FLOAT")
          .Attr("bad_color: tensor = { dtype: DT_UINT8 tensor_shape { dim { size: 4 } } "
                "int_val: 255 int_val: 0 int_val: 0 int_val: 255 }")
          .NotDifferentiable()
          .Doc("A serialised Summary with the first images of tensor: [batch, height, width, "
               "channels], 1, 3 or 4 channels. uint8 is shown as it is; others are scaled, each "
               "image for itself: to 0..255, or, where there are negative values, so that 0 is "
               "the middle. Pixels that are not finite get bad_color.")
          .Shape(ImagesShape)
          .Cpu<ImageSummaryKernel>());
}

}  // namespace millrace
