// DecodeBmp: uncompressed Windows bitmaps of 8, 24 or 32 bits a pixel.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/codec/bmp.h"

namespace millrace {
namespace {

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
    MR_ASSIGN_OR_RETURN(const Pixels<uint8_t> image, DecodeBmp(file, channels_));
    Tensor* out;
    MR_RETURN_IF_ERROR(
        c.allocate_output(0, Shape({image.height, image.width, image.channels}), &out));
    std::copy(image.values.begin(), image.values.end(), out->mutable_data<uint8_t>());
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
