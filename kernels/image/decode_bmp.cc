// DecodeBmp: uncompressed Windows bitmaps of 8, 24 or 32 bits a pixel.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

uint32_t LittleEndian(const std::string& file, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i)
    value |= static_cast<uint32_t>(static_cast<unsigned char>(file[at + i])) << (8 * i);
  return value;
}

class DecodeBmpKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("channels", &channels_));
    if (channels_ == 0 || channels_ == 1 || channels_ == 3 || channels_ == 4)
      return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("channels attribute must be 0, 1, 3 or 4, not ", channels_));
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(0).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("contents must be scalar, got shape ", c.input(0).shape().ToString()));
    }
    const std::string& file = c.input(0).scalar<std::string>();
    constexpr size_t kHeader = 30;
    if (file.size() < kHeader || file[0] != 'B' || file[1] != 'M')
      return absl::InvalidArgumentError("the contents are no BMP file, or incomplete");
    const int64_t begin = LittleEndian(file, 10, 4);
    const int64_t width = static_cast<int32_t>(LittleEndian(file, 18, 4));
    const int64_t signed_height = static_cast<int32_t>(LittleEndian(file, 22, 4));
    const int64_t bits = LittleEndian(file, 28, 2);
    // Rows run upwards, unless the height is negative.
    const bool downwards = signed_height < 0;
    const int64_t height = downwards ? -signed_height : signed_height;
    const int64_t channels = bits / 8;
    if ((bits != 8 && bits != 24 && bits != 32) || (channels_ != 0 && channels_ != channels)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "channels attribute ", channels_, " does not match bits per pixel from file ", bits));
    }
    if (width <= 0 || height == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the sizes of the image must be positive, not ", width, " x ", height));
    }
    const int64_t row = (width * channels + 3) / 4 * 4;  // each filled up to 4 bytes
    if (begin > static_cast<int64_t>(file.size()) ||
        height > (static_cast<int64_t>(file.size()) - begin) / row) {
      return absl::InvalidArgumentError(absl::StrCat("Incomplete bmp content, requires at least ",
                                                     row, " x ", height, " bytes after ", begin,
                                                     ", got ", file.size(), " in all"));
    }
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({height, width, channels}), &out));
    uint8_t* to = out->mutable_data<uint8_t>();
    for (int64_t y = 0; y < height; ++y) {
      const char* from = file.data() + begin + (downwards ? y : height - 1 - y) * row;
      for (int64_t x = 0; x < width; ++x, from += channels, to += channels) {
        std::memcpy(to, from, static_cast<size_t>(channels));
        if (channels >= 3) std::swap(to[0], to[2]);  // stored as blue, green, red
      }
    }
    return absl::OkStatus();
  }

 private:
  int64_t channels_ = 0;
};

absl::Status BmpShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  int64_t channels;
  MR_RETURN_IF_ERROR(c.GetAttr("channels", &channels));
  c.set_output(0, PartialShape::Of({-1, -1, channels > 0 ? channels : -1}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterDecodeBmp(Registry& r) {
  return r.Add(Op("DecodeBmp")
                   .Input("contents: string")
                   .Output("image: uint8")
                   .Attr("channels: int = 0")
                   .Doc("A BMP file as an image [height, width, channels].")
                   .Shape(BmpShape)
                   .NotDifferentiable()
                   .Cpu<DecodeBmpKernel>());
}

}  // namespace millrace
