// CropAndResize and its gradients: boxes cut out of images and resized.
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/image/crops.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

class CropAndResizeKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("method", &method_));
    return c.GetAttr("extrapolation_value", &outside_);
  }
  absl::Status Compute(KernelContext& c) override {
    if (c.input(3).rank() != 1 || c.input(3).dim(0) != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("crop_size must have two elements, not ", c.input(3).shape().ToString()));
    }
    const int32_t* size = c.input(3).data<int32_t>();
    MR_ASSIGN_OR_RETURN(const Crops crops, Crops::Create(c.input(0).shape(), c.input(1), c.input(2),
                                                         size[0], size[1]));
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        Shape::Create({crops.boxes, size[0], size[1], crops.channels}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    const std::vector<float> in = LoadWide<float>(c.input(0));
    float* to = out->mutable_data<float>();
    const bool nearest = method_ == "nearest";
    crops.ForEach(
        [&](int64_t b, int64_t at, int64_t, int64_t, float y, float x) {
          for (int64_t k = 0; k < crops.channels; ++k) {
            if (nearest) {
              to[at + k] = in[crops.NearestAt(b, y, x) + k];
              continue;
            }
            float sum = 0;
            for (const auto& corner : crops.Corners(b, y, x))
              sum += corner.weight * in[corner.at + k];
            to[at + k] = sum;
          }
        },
        [&](int64_t at) { std::fill_n(to + at, crops.channels, outside_); });
    return absl::OkStatus();
  }

 private:
  std::string method_;
  float outside_ = 0;
};

class CropGradImageKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("method", &method_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &grads = c.input(0), &size = c.input(3);
    if (grads.rank() != 4 || size.rank() != 1 || size.dim(0) != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("grads must be 4-D and image_size have four elements, not ",
                       grads.shape().ToString(), " and ", size.shape().ToString()));
    }
    DimVector dims;
    for (const int32_t d : size.flat<int32_t>()) dims.push_back(d);
    MR_ASSIGN_OR_RETURN(const Shape images, Shape::Create(dims));
    MR_ASSIGN_OR_RETURN(const Crops crops,
                        Crops::Create(images, c.input(1), c.input(2), grads.dim(1), grads.dim(2)));
    if (grads.dim(0) != crops.boxes || grads.dim(3) != crops.channels)
      return absl::InvalidArgumentError("grads do not fit the boxes and the image_size");
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images, &out));
    std::vector<double> sums(static_cast<size_t>(images.num_elements()));
    const float* dy = grads.data<float>();
    const bool nearest = method_ == "nearest";
    crops.ForEach(
        [&](int64_t b, int64_t at, int64_t, int64_t, float y, float x) {
          for (int64_t k = 0; k < crops.channels; ++k) {
            if (nearest) {
              sums[crops.NearestAt(b, y, x) + k] += dy[at + k];
              continue;
            }
            for (const auto& corner : crops.Corners(b, y, x))
              sums[corner.at + k] += corner.weight * dy[at + k];
          }
        },
        [](int64_t) {});
    StoreWide(sums, out);
    return absl::OkStatus();
  }

 private:
  std::string method_;
};

class CropGradBoxesKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &grads = c.input(0), &images = c.input(1), &boxes = c.input(2);
    if (grads.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("grads must be 4-D, not ", grads.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const Crops crops, Crops::Create(images.shape(), boxes, c.input(3),
                                                         grads.dim(1), grads.dim(2)));
    if (grads.dim(0) != crops.boxes || grads.dim(3) != crops.channels)
      return absl::InvalidArgumentError("grads do not fit the boxes and the images");
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, boxes.shape(), &out));
    float* d_box = out->mutable_data<float>();
    std::fill_n(d_box, out->num_elements(), 0.0f);
    const std::vector<float> in = LoadWide<float>(images);
    const float* dy = grads.data<float>();
    crops.ForEach(
        [&](int64_t b, int64_t at, int64_t i, int64_t j, float y, float x) {
          const auto corner = crops.Corners(b, y, x);
          const float wy = y - std::floor(y), wx = x - std::floor(x);
          float by_y = 0, by_x = 0;
          for (int64_t k = 0; k < crops.channels; ++k) {
            const float tl = in[corner[0].at + k], tr = in[corner[1].at + k],
                        bl = in[corner[2].at + k], br = in[corner[3].at + k];
            by_y += dy[at + k] * ((1 - wx) * (bl - tl) + wx * (br - tr));
            by_x += dy[at + k] * ((1 - wy) * (tr - tl) + wy * (br - bl));
          }
          Share(crops.Vertical(b), i, by_y, &d_box[4 * b], &d_box[4 * b + 2]);
          Share(crops.Horizontal(b), j, by_x, &d_box[4 * b + 1], &d_box[4 * b + 3]);
        },
        [](int64_t) {});
    return absl::OkStatus();
  }

 private:
  // How a position moves with the two ends of the box.
  static void Share(const BoxAxis& axis, int64_t i, float d, float* from, float* to) {
    const float last = static_cast<float>(axis.size - 1);
    const float part =
        axis.crop > 1 ? static_cast<float>(i) / static_cast<float>(axis.crop - 1) : 0.5f;
    *from += d * last * (1 - part);
    *to += d * last * part;
  }
};

absl::Status CropShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape images, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape boxes, c.WithRank(1, 2));
  const auto size = c.input_as_ints(3);
  const bool known = size.has_value() && size->size() == 2;
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      PartialShape::Create({boxes.dim(0), known ? (*size)[0] : -1,
                                            known ? (*size)[1] : -1, images.dim(3)}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status ImageSizeShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape out, c.input_as_shape(3));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status BoxesShape(ShapeContext& c) {
  c.set_output(0, c.input(2));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> CropGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output image = op.input(0), boxes = op.input(1), box_index = op.input(2);
  Gradients result(4);
  const DType type = b.dtype(image);
  if (type == DType::kFloat || type == DType::kHalf || type == DType::kDouble) {
    result[0] = b.Op1("CropAndResizeGradImage", {dy[0], boxes, box_index, b.Shape(image)},
                      {{"T", type}, {"method", op.attr<std::string>("method")}});
  }
  // As TensorFlow: by the boxes always as for bilinear interpolation.
  result[1] = b.Op1("CropAndResizeGradBoxes", {dy[0], image, boxes, box_index});
  return result;
}

}  // namespace

absl::Status RegisterCropAndResize(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("CropAndResize")
                .Input("image: T")
                .Input("boxes: float")
                .Input("box_ind: int32")
                .Input("crop_size: int32")
                .Output("crops: float")
                .Attr("T: {uint8, uint16, int8, int16, int32, int64, half, float, double}")
                .Attr("method: {'bilinear', 'nearest'} = 'bilinear'")
                .Attr("extrapolation_value: float = 0.0")
                .Doc("Box i, (y1, x1, y2, x2) in fractions of the image box_ind[i], resized to "
                     "crop_size. Where it "
                     "leaves the image, extrapolation_value.")
                .Shape(CropShape)
                .Gradient(CropGradient)
                .Cpu<CropAndResizeKernel>()));
  MR_RETURN_IF_ERROR(r.Add(Op("CropAndResizeGradImage")
                               .Input("grads: float")
                               .Input("boxes: float")
                               .Input("box_ind: int32")
                               .Input("image_size: int32")
                               .Output("output: T")
                               .Attr("T: {float, half, double}")
                               .Attr("method: {'bilinear', 'nearest'} = 'bilinear'")
                               .Doc("The gradient of CropAndResize by its images.")
                               .Shape(ImageSizeShape)
                               .Cpu<CropGradImageKernel>()));
  return r.Add(Op("CropAndResizeGradBoxes")
                   .Input("grads: float")
                   .Input("image: T")
                   .Input("boxes: float")
                   .Input("box_ind: int32")
                   .Output("output: float")
                   .Attr("T: {uint8, uint16, int8, int16, int32, int64, half, float, double}")
                   .Attr("method: {'bilinear'} = 'bilinear'")
                   .Doc("The gradient of CropAndResize by its boxes.")
                   .Shape(BoxesShape)
                   .Cpu<CropGradBoxesKernel>());
}

}  // namespace millrace
