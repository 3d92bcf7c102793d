// DecodeJpeg, DecodePng, DecodeGif, DecodeImage, DecodeAndCropJpeg, ExtractJpegShape: image files
// as tensors.
#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/bmp.h"
#include "kernels/codec/gif.h"
#include "kernels/codec/jpeg.h"
#include "kernels/codec/png.h"

namespace millrace {
namespace {

absl::StatusOr<const std::string*> Contents(KernelContext& c) {
  if (c.input(0).rank() == 0) return &c.input(0).scalar<std::string>();
  return absl::InvalidArgumentError(
      absl::StrCat("`contents` must be scalar but got shape ", c.input(0).shape().ToString()));
}

// The images, one without the first dimension unless `stacked`, in output 0, of type To, each value
// times `scale`.
template <typename To, typename From>
absl::Status StoreScaled(KernelContext& c, absl::Span<const Pixels<From>> images, bool stacked,
                         To scale) {
  DimVector dims = {images[0].height, images[0].width, images[0].channels};
  if (stacked) dims.insert(dims.begin(), static_cast<int64_t>(images.size()));
  MR_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  Tensor* out;
  MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
  To* to = out->mutable_data<To>();
  for (const Pixels<From>& image : images) {
    to = std::transform(image.values.begin(), image.values.end(), to,
                        [&](From v) { return static_cast<To>(static_cast<To>(v) * scale); });
  }
  return absl::OkStatus();
}

absl::Status Store(KernelContext& c, absl::Span<const Pixels<uint8_t>> images, bool stacked) {
  switch (c.output_type(0)) {
    case DType::kUInt16:
      return StoreScaled<uint16_t>(c, images, stacked, 256);
    case DType::kFloat:
      return StoreScaled<float>(c, images, stacked, 1.0f / 255);
    default:
      return StoreScaled<uint8_t>(c, images, stacked, 1);
  }
}

absl::Status Store(KernelContext& c, const Pixels<uint16_t>& image) {
  const auto one = absl::MakeConstSpan(&image, 1);
  if (c.output_type(0) == DType::kFloat) return StoreScaled<float>(c, one, false, 1.0f / 65535);
  return StoreScaled<uint16_t>(c, one, false, 1);
}

// As in TensorFlow, each of the ops takes files of every kind, by their first bytes.
class DecodeImageKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    int64_t channels, ratio = 1;
    std::string method;
    crops_ = c.op() == "DecodeAndCropJpeg";
    if (c.op() == "DecodeGif") {
      takes_ = Takes::kAnimations;
      stacks_ = true;
      jpeg_.channels = 3;
      jpeg_.fast_transform = true;
      return absl::OkStatus();
    }
    if (c.attrs().Has("expand_animations")) {
      bool expand;
      MR_RETURN_IF_ERROR(c.GetAttr("expand_animations", &expand));
      takes_ = expand ? Takes::kAnimations : Takes::kFirstFrame;
    }
    MR_RETURN_IF_ERROR(c.GetAttr("channels", &channels));
    if (channels != 0 && channels != 1 && channels != 3 && channels != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("`channels` must be 0, 1, 3 or 4 but got ", channels));
    }
    jpeg_.channels = static_cast<int>(channels);
    jpeg_.fast_transform = true;  // as TensorFlow does unless told otherwise
    if (!c.attrs().Has("ratio")) return absl::OkStatus();
    MR_RETURN_IF_ERROR(c.GetAttr("ratio", &ratio));
    MR_RETURN_IF_ERROR(c.GetAttr("fancy_upscaling", &jpeg_.fancy_upscaling));
    MR_RETURN_IF_ERROR(c.GetAttr("try_recover_truncated", &jpeg_.recover_truncated));
    MR_RETURN_IF_ERROR(c.GetAttr("acceptable_fraction", &jpeg_.acceptable_fraction));
    MR_RETURN_IF_ERROR(c.GetAttr("dct_method", &method));
    if (ratio != 1 && ratio != 2 && ratio != 4 && ratio != 8) {
      return absl::InvalidArgumentError(
          absl::StrCat("`ratio` must be 1, 2, 4, or 8 but got ", ratio));
    }
    if (method != "" && method != "INTEGER_FAST" && method != "INTEGER_ACCURATE") {
      return absl::InvalidArgumentError(absl::StrCat(
          "`dct_method` must be one of {'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}, not ", method));
    }
    jpeg_.ratio = static_cast<int>(ratio);
    jpeg_.fast_transform = method != "INTEGER_ACCURATE";
    return absl::OkStatus();
  }

  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string* file, Contents(c));
    const int channels = jpeg_.channels;
    if (absl::StartsWith(*file, "\xff\xd8\xff")) {
      if (channels == 4)
        return absl::InvalidArgumentError("channels must be 0, 1, or 3 for JPEG, got 4");
      JpegDecoding options = jpeg_;
      if (crops_) {
        MR_ASSIGN_OR_RETURN(options.window, Window(c.input(1)));
      }
      MR_ASSIGN_OR_RETURN(const Pixels<uint8_t> image, millrace::DecodeJpeg(*file, options));
      return Store(c, absl::MakeConstSpan(&image, 1), stacks_);
    }
    if (crops_) return absl::InvalidArgumentError("DecodeAndCropJpeg takes JPEG files only");
    if (absl::StartsWith(*file, "\x89PNG")) {
      if (c.output_type(0) == DType::kUInt8) {
        MR_ASSIGN_OR_RETURN(const auto image, millrace::DecodePng<uint8_t>(*file, channels));
        return Store(c, absl::MakeConstSpan(&image, 1), stacks_);
      }
      MR_ASSIGN_OR_RETURN(const auto image, millrace::DecodePng<uint16_t>(*file, channels));
      return Store(c, image);
    }
    if (absl::StartsWith(*file, "BM")) {
      MR_ASSIGN_OR_RETURN(const auto image, millrace::DecodeBmp(*file, channels));
      return Store(c, absl::MakeConstSpan(&image, 1), stacks_);
    }
    if (absl::StartsWith(*file, "GIF8")) return StoreGif(c, *file);
    return absl::InvalidArgumentError(
        "Unknown image file format. One of JPEG, PNG, GIF, BMP required.");
  }

 private:
  // What of a file with several frames.
  enum class Takes { kNone, kFirstFrame, kAnimations };

  absl::Status StoreGif(KernelContext& c, const std::string& file) const {
    if (jpeg_.channels != 0 && jpeg_.channels != 3) {
      return absl::InvalidArgumentError(
          absl::StrCat("channels must be 0 or 3 for GIF, got ", jpeg_.channels));
    }
    MR_ASSIGN_OR_RETURN(const std::vector<Pixels<uint8_t>> frames, millrace::DecodeGif(file));
    if (takes_ == Takes::kAnimations) return Store(c, frames, /*stacked=*/true);
    if (takes_ == Takes::kFirstFrame || frames.size() == 1)
      return Store(c, absl::MakeConstSpan(frames.data(), 1), /*stacked=*/false);
    return absl::InvalidArgumentError(
        absl::StrCat("Got ", frames.size(),
                     " frames, but animated gifs can only be decoded by DecodeGif or DecodeImage"));
  }

  // Of y, x, height, width.
  static absl::StatusOr<JpegWindow> Window(const Tensor& window) {
    if (window.rank() != 1 || window.dim(0) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "crop_window must have four elements, not the shape ", window.shape().ToString()));
    }
    const int32_t* w = window.data<int32_t>();
    return JpegWindow{w[0], w[1], w[2], w[3]};
  }

  JpegDecoding jpeg_;
  bool crops_ = false;
  Takes takes_ = Takes::kNone;
  bool stacks_ = false;  // still images, as if they were animations
};

class ExtractJpegShapeKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string* file, Contents(c));
    MR_ASSIGN_OR_RETURN(const Pixels<uint8_t> image, JpegHeader(*file));
    if (c.output_type(0) == DType::kInt32) {
      c.set_output(0, Tensor::Vector<int32_t>({static_cast<int32_t>(image.height),
                                               static_cast<int32_t>(image.width),
                                               static_cast<int32_t>(image.channels)}));
    } else {
      c.set_output(0, Tensor::Vector<int64_t>({image.height, image.width, image.channels}));
    }
    return absl::OkStatus();
  }
};

absl::Status DecodedShape(ShapeContext& c) {
  int64_t channels;
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  MR_RETURN_IF_ERROR(c.GetAttr("channels", &channels));
  if (channels < 0) return absl::InvalidArgumentError("channels must be non-negative");
  // What may be an animation has a rank of 3 or 4.
  bool animations = false;
  if (c.attrs().Has("expand_animations"))
    MR_RETURN_IF_ERROR(c.GetAttr("expand_animations", &animations));
  int64_t height = -1, width = -1;
  if (c.num_inputs() > 1) {  // the window: y, x, height, width
    MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
    if (const auto window = c.input_as_ints(1); window.has_value() && window->size() == 4) {
      height = std::max<int64_t>((*window)[2], -1);
      width = std::max<int64_t>((*window)[3], -1);
    }
  }
  c.set_output(0, animations ? PartialShape()
                             : PartialShape::Of({height, width, channels > 0 ? channels : -1}));
  return absl::OkStatus();
}

absl::Status GifShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  c.set_output(0, PartialShape::Of({-1, -1, -1, 3}));
  return absl::OkStatus();
}

absl::Status JpegShapeShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  c.set_output(0, PartialShape::Of({3}));
  return absl::OkStatus();
}

Op& Finish(Op& op, absl::string_view doc) {
  return op.Doc(doc).Shape(DecodedShape).NotDifferentiable().Cpu<DecodeImageKernel>();
}

}  // namespace

absl::Status RegisterDecodeImage(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("DecodeJpeg")
                                      .Input("contents: string")
                                      .Output("image: uint8")
                                      .Attr("channels: int = 0")
                                      .Attr("ratio: int = 1")
                                      .Attr("fancy_upscaling: bool = true")
                                      .Attr("try_recover_truncated: bool = false")
                                      .Attr("acceptable_fraction: float = 1.0")
                                      .Attr("dct_method: string = ''"),
                                  "A JPEG file as an image [height, width, channels].")));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("DecodePng")
                                      .Input("contents: string")
                                      .Output("image: dtype")
                                      .Attr("channels: int = 0")
                                      .Attr("dtype: {uint8, uint16} = DT_UINT8"),
                                  "A PNG file as an image [height, width, channels].")));
  MR_RETURN_IF_ERROR(
      r.Add(Finish(Op("DecodeAndCropJpeg")
                       .Input("contents: string")
                       .Input("crop_window: int32")
                       .Output("image: uint8")
                       .Attr("channels: int = 0")
                       .Attr("ratio: int = 1")
                       .Attr("fancy_upscaling: bool = true")
                       .Attr("try_recover_truncated: bool = false")
                       .Attr("acceptable_fraction: float = 1.0")
                       .Attr("dct_method: string = ''"),
                   "The window crop_window (y, x, height, width) of a JPEG file, as an image.")));
  MR_RETURN_IF_ERROR(r.Add(Finish(Op("DecodeImage")
                                      .Input("contents: string")
                                      .Output("image: dtype")
                                      .Attr("channels: int = 0")
                                      .Attr("dtype: {uint8, uint16, float} = DT_UINT8")
                                      .Attr("expand_animations: bool = true"),
                                  "A JPEG, PNG, GIF or BMP file as an image [height, width, "
                                  "channels]; floats lie in [0, 1]. A GIF has its frames in front, "
                                  "or, without expand_animations, is its first one.")));
  MR_RETURN_IF_ERROR(r.Add(Op("DecodeGif")
                               .Input("contents: string")
                               .Output("image: uint8")
                               .Doc("The frames of a GIF file, [frames, height, width, 3].")
                               .Shape(GifShape)
                               .NotDifferentiable()
                               .Cpu<DecodeImageKernel>()));
  return r.Add(Op("ExtractJpegShape")
                   .Input("contents: string")
                   .Output("image_shape: output_type")
                   .Attr("output_type: {int32, int64} = DT_INT32")
                   .Doc("Height, width and channels of a JPEG file.")
                   .Shape(JpegShapeShape)
                   .NotDifferentiable()
                   .Cpu<ExtractJpegShapeKernel>());
}

}  // namespace millrace
