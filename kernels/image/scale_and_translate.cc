// ScaleAndTranslate and its gradient: images resampled by a kernel that is as wide as what is lost.
#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/gradient.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/image/resampling.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

class ScaleAndTranslateBase : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string name;
    MR_RETURN_IF_ERROR(c.GetAttr("kernel_type", &name));
    MR_RETURN_IF_ERROR(c.GetAttr("antialias", &antialias_));
    MR_ASSIGN_OR_RETURN(kernel_, ResamplingKernel::Named(name));
    return absl::OkStatus();
  }

 protected:
  // From rows and columns of images of shape `from` to those of [height, width]; scale and
  // translation are inputs 2 and 3.
  absl::StatusOr<std::array<Resampling, 2>> Sides(const KernelContext& c, const Shape& from,
                                                  int64_t height, int64_t width) const {
    for (const int i : {2, 3}) {
      if (c.input(i).shape() == Shape({2})) continue;
      return absl::InvalidArgumentError(absl::StrCat(i == 2 ? "scale" : "translation",
                                                     " must be 1-dimensional of two elements, not ",
                                                     c.input(i).shape().ToString()));
    }
    const float *scale = c.input(2).data<float>(), *shift = c.input(3).data<float>();
    if (!(scale[0] > 0 && scale[1] > 0)) {
      return absl::InvalidArgumentError(
          absl::StrCat("Scales must be greater than zero, not ", scale[0], " and ", scale[1]));
    }
    if (from.dim(1) < 1 || from.dim(2) < 1 || from.dim(3) < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("input image must be of non-zero size, not ", from.ToString()));
    }
    MR_ASSIGN_OR_RETURN(Resampling rows, Resampling::Create(kernel_, antialias_, from.dim(1),
                                                            height, scale[0], shift[0]));
    MR_ASSIGN_OR_RETURN(Resampling columns, Resampling::Create(kernel_, antialias_, from.dim(2),
                                                               width, scale[1], shift[1]));
    return std::array<Resampling, 2>{std::move(rows), std::move(columns)};
  }

 private:
  ResamplingKernel kernel_;
  bool antialias_ = true;
};

class ScaleAndTranslateKernel final : public ScaleAndTranslateBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &images = c.input(0), &size = c.input(1);
    if (images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input must be 4-dimensional, not ", images.shape().ToString()));
    }
    if (size.shape() != Shape({2})) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape_t must have two elements, not ", size.shape().ToString()));
    }
    const int64_t height = size.data<int32_t>()[0], width = size.data<int32_t>()[1];
    if (height <= 0 || width <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("output dimensions must be positive, not ", height, " and ", width));
    }
    MR_ASSIGN_OR_RETURN(const auto sides, Sides(c, images.shape(), height, width));
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        Shape::Create({images.dim(0), height, width, images.dim(3)}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    Resample(c.pool(), LoadWide<float>(images), images.shape(), sides[0], sides[1],
             out->mutable_data<float>());
    return absl::OkStatus();
  }
};

class ScaleAndTranslateGradKernel final : public ScaleAndTranslateBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &dy = c.input(0), &images = c.input(1);
    if (dy.rank() != 4 || images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("grads and original_image must be 4-dimensional, not ",
                       dy.shape().ToString(), " and ", images.shape().ToString()));
    }
    if (dy.dim(0) != images.dim(0) || dy.dim(3) != images.dim(3) || dy.num_elements() == 0) {
      return absl::InvalidArgumentError(absl::StrCat("grads of shape ", dy.shape().ToString(),
                                                     " are not those of images ",
                                                     images.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const auto sides, Sides(c, images.shape(), dy.dim(1), dy.dim(2)));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images.shape(), &out));
    Resample(c.pool(), LoadWide<float>(dy), dy.shape(), sides[0].Transposed(),
             sides[1].Transposed(), out->mutable_data<float>());
    return absl::OkStatus();
  }
};

absl::Status TranslateShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape images, c.WithRank(0, 4));
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  const auto size = c.input_as_ints(1);
  const bool known = size.has_value() && size->size() == 2;
  MR_ASSIGN_OR_RETURN(PartialShape out,
                      PartialShape::Create({images.dim(0), known ? (*size)[0] : -1,
                                            known ? (*size)[1] : -1, images.dim(3)}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status TranslateGradShape(ShapeContext& c) {
  c.set_output(0, c.input(1));
  return absl::OkStatus();
}

absl::StatusOr<Gradients> TranslateGradient(Builder& b, const OpView& op, const Gradients& dy) {
  Gradients result(4);
  const Output images = op.input(0);
  const DType type = b.dtype(images);
  if (!IsFloating(type)) return result;
  const Output d = b.Op1("ScaleAndTranslateGrad",
                         {dy[0], b.Cast(images, DType::kFloat), op.input(2), op.input(3)},
                         {{"kernel_type", op.attr<std::string>("kernel_type")},
                          {"antialias", op.attr<bool>("antialias")}});
  result[0] = b.Cast(d, type);
  return result;
}

}  // namespace

absl::Status RegisterScaleAndTranslate(Registry& r) {
  MR_RETURN_IF_ERROR(
      r.Add(Op("ScaleAndTranslate")
                .Input("images: T")
                .Input("size: int32")
                .Input("scale: float")
                .Input("translation: float")
                .Output("resized_images: float")
                .Attr("T: {int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, "
                      "double}")
                .Attr("kernel_type: string = 'lanczos3'")
                .Attr("antialias: bool = true")
                .Doc("Images scaled and moved (y, x) into images of `size`, each pixel a mean "
                     "weighted by the kernel: lanczos1, lanczos3, lanczos5, gaussian, box, "
                     "triangle, keyscubic or mitchellcubic. 0 outside of the images.")
                .Shape(TranslateShape)
                .Gradient(TranslateGradient)
                .Cpu<ScaleAndTranslateKernel>()));
  return r.Add(Op("ScaleAndTranslateGrad")
                   .Input("grads: T")
                   .Input("original_image: T")
                   .Input("scale: float")
                   .Input("translation: float")
                   .Output("output: T")
                   .Attr("T: {float}")
                   .Attr("kernel_type: string = 'lanczos3'")
                   .Attr("antialias: bool = true")
                   .Doc("The gradient of ScaleAndTranslate by its images.")
                   .Shape(TranslateGradShape)
                   .Cpu<ScaleAndTranslateGradKernel>());
}

}  // namespace millrace
