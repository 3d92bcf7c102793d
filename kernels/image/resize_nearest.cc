// ResizeNearestNeighbor, ResizeNearestNeighborGrad.
#include <cstring>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resize_kernels.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

class ResizeNearestKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const ResizeGeometry g, ResizeGeometry::Create(c, attrs_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, g.out_shape(), &out));
    const size_t element = DTypeSize(out->dtype()), pixel = element * g.channels;
    const char* from = static_cast<const char*>(c.input(0).raw_data());
    char* to = static_cast<char*>(out->mutable_raw_data());
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      const int64_t image = row / g.out_height, y = row % g.out_height;
      const int64_t in_y = attrs_.Nearest(y, g.scale_y, g.in_height);
      for (int64_t x = 0; x < g.out_width; ++x) {
        const int64_t in_x = attrs_.Nearest(x, g.scale_x, g.in_width);
        std::memcpy(to + g.OutAt(image, y, x) * element, from + g.InAt(image, in_y, in_x) * element,
                    pixel);
      }
    }
    return absl::OkStatus();
  }

 private:
  ResizeAttrs attrs_;
};

class ResizeNearestGradKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return attrs_.Read(c); }
  absl::Status Compute(KernelContext& c) override {
    // Input 1 is the size of the original images.
    MR_ASSIGN_OR_RETURN(const ResizeGeometry sizes, ResizeGeometry::Create(c, attrs_));
    MR_ASSIGN_OR_RETURN(const ResizeGeometry g,
                        ResizeGeometry::OfGradient(sizes.out_shape(), sizes.in_shape(), attrs_));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, g.in_shape(), &out));
    const std::vector<double> dy = LoadWide<double>(c.input(0));
    std::vector<double> sums(static_cast<size_t>(out->num_elements()));
    for (int64_t row = 0; row < g.batch * g.out_height; ++row) {
      const int64_t image = row / g.out_height, y = row % g.out_height;
      const int64_t in_y = attrs_.Nearest(y, g.scale_y, g.in_height);
      for (int64_t x = 0; x < g.out_width; ++x) {
        const int64_t in_x = attrs_.Nearest(x, g.scale_x, g.in_width);
        for (int64_t k = 0; k < g.channels; ++k)
          sums[g.InAt(image, in_y, in_x) + k] += dy[g.OutAt(image, y, x) + k];
      }
    }
    StoreWide(sums, out);
    return absl::OkStatus();
  }

 private:
  ResizeAttrs attrs_;
};

absl::StatusOr<Gradients> ResizeNearestGradient(Builder& b, const OpView& op, const Gradients& dy) {
  return Gradients{b.Op1("ResizeNearestNeighborGrad", {dy[0], SizeOfImages(b, op.input(0))},
                         ResizeGradAttrs(op)),
                   Gradient()};
}

absl::StatusOr<Gradients> ResizeNearestGradGradient(Builder& b, const OpView& op,
                                                    const Gradients& dy) {
  return TransposedResize(b, op, "ResizeNearestNeighbor", dy[0]);
}

}  // namespace

absl::Status RegisterResizeNearest(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(
      Op("ResizeNearestNeighbor")
          .Input("images: T")
          .Input("size: int32")
          .Output("resized_images: T")
          .Attr("T: {int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}")
          .Attr("align_corners: bool = false")
          .Attr("half_pixel_centers: bool = false")
          .Doc("Images [batch, height, width, channels] resized to `size`, (height, width): each "
               "pixel is "
               "the nearest of the original.")
          .Shape(ResizeShape)
          .Gradient(ResizeNearestGradient)
          .Cpu<ResizeNearestKernel>()));
  return r.Add(
      Op("ResizeNearestNeighborGrad")
          .Input("grads: T")
          .Input("size: int32")
          .Output("output: T")
          .Attr("T: {uint8, int8, int32, half, float, double, bfloat16}")
          .Attr("align_corners: bool = false")
          .Attr("half_pixel_centers: bool = false")
          .Doc("The gradient of ResizeNearestNeighbor by the original images, of size `size`.")
          .Shape(ResizeShape)
          .Gradient(ResizeNearestGradGradient)
          .Cpu<ResizeNearestGradKernel>());
}

}  // namespace millrace
