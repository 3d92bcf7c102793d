// EncodeJpeg, EncodeJpegVariableQuality, EncodePng: images as files.
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/jpeg.h"
#include "kernels/codec/png.h"

namespace millrace {
namespace {

// Image i of a tensor whose last three dimensions are height, width and channels.
template <typename T>
Pixels<T> ImageAt(const Tensor& t, int64_t i) {
  const int rank = t.rank();
  Pixels<T> image = {t.dim(rank - 3), t.dim(rank - 2), t.dim(rank - 1), {}};
  const T* from = t.data<T>() + i * image.height * image.row();
  image.values.assign(from, from + image.height * image.row());
  return image;
}

absl::Status EmptyImage() { return absl::InternalError("the image is empty"); }

template <bool kQualityInput>
class EncodeJpegKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (kQualityInput) return absl::OkStatus();
    int64_t quality, x_density, y_density;
    std::string unit;
    MR_RETURN_IF_ERROR(c.GetAttr("format", &format_));
    MR_RETURN_IF_ERROR(c.GetAttr("quality", &quality));
    MR_RETURN_IF_ERROR(c.GetAttr("progressive", &options_.progressive));
    MR_RETURN_IF_ERROR(c.GetAttr("optimize_size", &options_.optimize_size));
    MR_RETURN_IF_ERROR(c.GetAttr("chroma_downsampling", &options_.chroma_downsampling));
    MR_RETURN_IF_ERROR(c.GetAttr("density_unit", &unit));
    MR_RETURN_IF_ERROR(c.GetAttr("x_density", &x_density));
    MR_RETURN_IF_ERROR(c.GetAttr("y_density", &y_density));
    MR_RETURN_IF_ERROR(c.GetAttr("xmp_metadata", &options_.xmp_metadata));
    MR_RETURN_IF_ERROR(SetQuality(quality, &options_));
    options_.per_inch = unit == "in";
    options_.x_density = static_cast<int>(x_density);
    options_.y_density = static_cast<int>(y_density);
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("image must be 3-dimensional, not ", in.shape().ToString()));
    }
    const int64_t channels = in.dim(2);
    const bool fits = format_.empty() ? channels == 1 || channels == 3
                                      : channels == (format_ == "grayscale" ? 1 : 3);
    if (!fits) {
      return absl::InvalidArgumentError(
          absl::StrCat("image must have 1 or 3 channels, as the format says, got shape ",
                       in.shape().ToString()));
    }
    if (in.num_elements() == 0) return EmptyImage();
    JpegEncoding options = options_;
    if (kQualityInput) {
      if (c.input(1).rank() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("quality must be scalar: ", c.input(1).shape().ToString()));
      }
      MR_RETURN_IF_ERROR(SetQuality(c.input(1).scalar<int32_t>(), &options));
    }
    MR_ASSIGN_OR_RETURN(std::string file, millrace::EncodeJpeg(ImageAt<uint8_t>(in, 0), options));
    c.set_output(0, Tensor::Scalar(std::move(file)));
    return absl::OkStatus();
  }

 private:
  static absl::Status SetQuality(int64_t quality, JpegEncoding* options) {
    if (quality < 0 || quality > 100) {
      return absl::InvalidArgumentError(absl::StrCat("quality must be in [0,100], got ", quality));
    }
    options->quality = static_cast<int>(quality);
    return absl::OkStatus();
  }

  std::string format_;
  JpegEncoding options_;
};

class EncodePngKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("compression", &compression_));
    if (compression_ >= -1 && compression_ <= 9) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("compression should be in [-1,9], got ", compression_));
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& in = c.input(0);
    if (in.rank() < 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("images must be at least 3-dimensional, not ", in.shape().ToString()));
    }
    const int64_t channels = in.dim(in.rank() - 1);
    if (channels < 1 || channels > 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("image must have 1, 2, 3 or 4 channels, got ", channels));
    }
    DimVector batch(in.shape().dims().begin(), in.shape().dims().end() - 3);
    MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(batch));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (in.num_elements() == 0 && out->num_elements() > 0) return EmptyImage();
    for (int64_t i = 0; i < out->num_elements(); ++i) {
      const int compression = static_cast<int>(compression_);
      MR_ASSIGN_OR_RETURN(out->mutable_data<std::string>()[i],
                          in.dtype() == DType::kUInt8
                              ? millrace::EncodePng(ImageAt<uint8_t>(in, i), compression)
                              : millrace::EncodePng(ImageAt<uint16_t>(in, i), compression));
    }
    return absl::OkStatus();
  }

 private:
  int64_t compression_ = -1;
};

absl::Status EncodedJpegShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 3).status());
  return ScalarOutputs(c);
}

absl::Status EncodedPngShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape in, c.WithRankAtLeast(0, 3));
  if (!in.known_rank()) return absl::OkStatus();
  PartialShape out = PartialShape::UnknownOfRank(in.rank() - 3);
  for (int d = 0; d < out.rank(); ++d) out.SetDim(d, in.dim(d));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterEncodeImage(Registry& r) {
  const char* const kJpeg = "An image [height, width, channels] as a JPEG file.";
  MR_RETURN_IF_ERROR(r.Add(Op("EncodeJpeg")
                               .Input("image: uint8")
                               .Output("contents: string")
                               .Attr("format: {'', 'grayscale', 'rgb'} = ''")
                               .Attr("quality: int = 95")
                               .Attr("progressive: bool = false")
                               .Attr("optimize_size: bool = false")
                               .Attr("chroma_downsampling: bool = true")
                               .Attr("density_unit: {'in', 'cm'} = 'in'")
                               .Attr("x_density: int = 300")
                               .Attr("y_density: int = 300")
                               .Attr("xmp_metadata: string = ''")
                               .Doc(kJpeg)
                               .Shape(EncodedJpegShape)
                               .NotDifferentiable()
                               .Cpu<EncodeJpegKernel<false>>()));
  MR_RETURN_IF_ERROR(r.Add(Op("EncodeJpegVariableQuality")
                               .Input("images: uint8")
                               .Input("quality: int32")
                               .Output("contents: string")
                               .Doc(kJpeg)
                               .Shape(EncodedJpegShape)
                               .NotDifferentiable()
                               .Cpu<EncodeJpegKernel<true>>()));
  return r.Add(Op("EncodePng")
                   .Input("image: T")
                   .Output("contents: string")
                   .Attr("compression: int = -1")
                   .Attr("T: {uint8, uint16} = DT_UINT8")
                   .Doc("Images [..., height, width, channels] as PNG files.")
                   .Shape(EncodedPngShape)
                   .NotDifferentiable()
                   .Cpu<EncodePngKernel>());
}

}  // namespace millrace
