// ImageProjectiveTransformV2, ImageProjectiveTransformV3: images turned, moved, sheared, seen from
// elsewhere.
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/elements.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

enum class Beyond { kConstant, kReflect, kWrap, kNearest };

// Where to look along a dimension of `size` for what lies at `x`.
float Inside(float x, int64_t size, Beyond beyond) {
  const float length = static_cast<float>(size);
  if (beyond == Beyond::kConstant || size == 0) return x;
  if (beyond == Beyond::kReflect && size > 1) {
    const float period = 2 * length;
    if (x < 0) {
      if (x < period) x = period * std::trunc(-x / period) + x;
      x = x < -length ? x + period : -x - 1;
    } else if (x > length - 1) {
      x -= period * std::trunc(x / period);
      if (x >= length) x = period - x - 1;
    }
  } else if (beyond == Beyond::kWrap && size > 1) {
    if (x < 0) {
      x += length * (std::trunc(-x / (length - 1)) + 1);
    } else if (x > length - 1) {
      x -= length * std::trunc(x / (length - 1));
    }
  }
  return std::clamp(x, 0.0f, length - 1);
}

struct Place {
  float y, x;
};

// The place of output pixel (y, x) in the input; none where it lies at infinity.
std::optional<Place> SourceOf(const float* t, int64_t y, int64_t x) {
  const float fy = static_cast<float>(y), fx = static_cast<float>(x);
  const float w = t[6] * fx + t[7] * fy + 1;
  if (w == 0) return std::nullopt;
  return Place{(t[3] * fx + t[4] * fy + t[5]) / w, (t[0] * fx + t[1] * fy + t[2]) / w};
}

class ProjectiveTransformKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    std::string interpolation, mode;
    MR_RETURN_IF_ERROR(c.GetAttr("interpolation", &interpolation));
    MR_RETURN_IF_ERROR(c.GetAttr("fill_mode", &mode));
    if (interpolation != "NEAREST" && interpolation != "BILINEAR") {
      return absl::InvalidArgumentError(absl::StrCat("Invalid interpolation ", interpolation,
                                                     ". Supported types: NEAREST, BILINEAR"));
    }
    bilinear_ = interpolation == "BILINEAR";
    if (mode == "CONSTANT") return absl::OkStatus();
    beyond_ = mode == "REFLECT" ? Beyond::kReflect
              : mode == "WRAP"  ? Beyond::kWrap
                                : Beyond::kNearest;
    if (beyond_ != Beyond::kNearest || mode == "NEAREST") return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Invalid mode ", mode, ". Supported types: CONSTANT, REFLECT, WRAP, NEAREST"));
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &images = c.input(0), &transforms = c.input(1);
    MR_RETURN_IF_ERROR(Check(c));
    const int32_t* size = c.input(2).data<int32_t>();
    MR_ASSIGN_OR_RETURN(const Shape shape,
                        Shape::Create({images.dim(0), size[0], size[1], images.dim(3)}));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &out));
    if (out->num_elements() == 0) return absl::OkStatus();
    const float fill = c.num_inputs() > 3 ? c.input(3).scalar<float>() : 0;
    // Neighbours are mixed in float, whatever the type; single ones are copied as they are.
    const std::vector<double> wide = bilinear_ ? LoadWide<double>(images) : std::vector<double>();
    std::vector<double> mixed(bilinear_ ? static_cast<size_t>(out->num_elements()) : 0);
    Tensor filler;
    MR_RETURN_IF_ERROR(c.allocate_temp(images.dtype(), Shape({1}), &filler));
    StoreWide(std::vector<double>{fill}, &filler);
    c.pool()->ParallelFor(shape.dim(0) * shape.dim(1), 16, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t b = row / shape.dim(1), y = row % shape.dim(1);
        const float* t = transforms.data<float>() + (transforms.dim(0) > 1 ? b : 0) * 8;
        for (int64_t x = 0; x < shape.dim(2); ++x) {
          std::optional<Place> at = SourceOf(t, y, x);
          if (at.has_value()) {
            at->y = Inside(at->y, images.dim(1), beyond_);
            at->x = Inside(at->x, images.dim(2), beyond_);
          }
          const int64_t to = (row * shape.dim(2) + x) * shape.dim(3);
          if (bilinear_) {
            Mix(images, wide, b, at, fill, &mixed[to]);
          } else {
            Copy(images, b, at, filler, out, to);
          }
        }
      }
    });
    if (bilinear_) StoreWide(mixed, out);
    return absl::OkStatus();
  }

 private:
  static absl::Status Check(const KernelContext& c) {
    const Tensor &images = c.input(0), &t = c.input(1), &size = c.input(2);
    if (images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("input images must have rank 4, not ", images.shape().ToString()));
    }
    if (t.rank() != 2 || t.dim(1) != 8 || (t.dim(0) != 1 && t.dim(0) != images.dim(0))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Input transform should be num_images x 8 or 1 x 8, not ", t.shape().ToString()));
    }
    if (size.shape() != Shape({2}) || size.data<int32_t>()[0] <= 0 ||
        size.data<int32_t>()[1] <= 0) {
      return absl::InvalidArgumentError(
          "output_shape must be two positive numbers: new_height, new_width");
    }
    if (c.num_inputs() > 3 && c.input(3).rank() != 0) {
      return absl::InvalidArgumentError(absl::StrCat("fill_value must be a scalar, not of shape ",
                                                     c.input(3).shape().ToString()));
    }
    return absl::OkStatus();
  }

  // The first channel of pixel (y, x) of image b; -1 outside.
  static int64_t Pixel(const Tensor& images, int64_t b, float y, float x) {
    if (!(y >= 0 && x >= 0 && y < static_cast<float>(images.dim(1)) &&
          x < static_cast<float>(images.dim(2)))) {
      return -1;
    }
    return ((b * images.dim(1) + static_cast<int64_t>(y)) * images.dim(2) +
            static_cast<int64_t>(x)) *
           images.dim(3);
  }

  static void Copy(const Tensor& images, int64_t b, const std::optional<Place>& at,
                   const Tensor& filler, Tensor* out, int64_t to) {
    const int64_t channels = images.dim(3);
    const int64_t from =
        at.has_value() ? Pixel(images, b, std::round(at->y), std::round(at->x)) : -1;
    if (from >= 0) {
      CopyElements(out->dtype(), ElementAt(images, from), MutableElementAt(*out, to), channels);
      return;
    }
    for (int64_t k = 0; k < channels; ++k)
      CopyElements(out->dtype(), filler.raw_data(), MutableElementAt(*out, to + k), 1);
  }

  static void Mix(const Tensor& images, const std::vector<double>& wide, int64_t b,
                  const std::optional<Place>& at, float fill, double* to) {
    const int64_t channels = images.dim(3);
    if (!at.has_value()) {
      std::fill_n(to, channels, fill);
      return;
    }
    const float y = std::floor(at->y), x = std::floor(at->x);
    const int64_t corners[] = {Pixel(images, b, y, x), Pixel(images, b, y, x + 1),
                               Pixel(images, b, y + 1, x), Pixel(images, b, y + 1, x + 1)};
    for (int64_t k = 0; k < channels; ++k) {
      float v[4];
      for (int i = 0; i < 4; ++i)
        v[i] = corners[i] >= 0 ? static_cast<float>(wide[corners[i] + k]) : fill;
      const float upper = (x + 1 - at->x) * v[0] + (at->x - x) * v[1];
      const float lower = (x + 1 - at->x) * v[2] + (at->x - x) * v[3];
      to[k] = (y + 1 - at->y) * upper + (at->y - y) * lower;
    }
  }

  bool bilinear_ = false;
  Beyond beyond_ = Beyond::kConstant;
};

absl::Status TransformShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape images, c.WithRank(0, 4));
  MR_RETURN_IF_ERROR(c.WithRank(1, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(2, 1).status());
  MR_ASSIGN_OR_RETURN(const PartialShape size, c.input_as_shape(2));
  const bool known = size.known_rank() && size.rank() == 2;
  c.set_output(0, PartialShape::Of({images.dim(0), known ? size.dim(0) : -1,
                                    known ? size.dim(1) : -1, images.dim(3)}));
  return absl::OkStatus();
}

// As in TensorFlow the gradient is transformed back, which is near the derivative where pixels
// neither shrink nor grow.
absl::StatusOr<Gradients> TransformGradient(Builder& b, const OpView& op, const Gradients& dy) {
  const Output images = op.input(0), transforms = op.input(1), one = b.Scalar<int32_t>(1);
  const Output flat =
      b.Concat({transforms, b.OnesLike(b.Slice(transforms, b.Ints({0, 0}), b.Ints({-1, 1})))}, one);
  const Output inverse =
      b.Reshape(b.Op1("MatrixInverse", {b.Reshape(flat, b.Ints({-1, 3, 3}))}), b.Ints({-1, 9}));
  const Output scaled = b.Div(inverse, b.Slice(inverse, b.Ints({0, 8}), b.Ints({-1, 1})));
  Outputs inputs = {dy[0], b.Slice(scaled, b.Ints({0, 0}), b.Ints({-1, 8})),
                    b.Slice(b.Shape(images), b.Ints({1}), b.Ints({2}))};
  if (op.num_inputs() > 3) inputs.push_back(op.input(3));
  Gradients result(op.num_inputs());
  result[0] = b.Op1(op.schema().name, inputs,
                    {{"interpolation", op.attr<std::string>("interpolation")},
                     {"fill_mode", op.attr<std::string>("fill_mode")}});
  return result;
}

Op& Finish(Op& op) {
  return op.Output("transformed_images: dtype")
      .Attr("dtype: {uint8, int32, int64, half, bfloat16, float, double}")
      .Attr("interpolation: string")
      .Attr("fill_mode: string = 'CONSTANT'")
      .Doc(
          "Images [batch, height, width, channels] transformed: pixel (x, y) of the output is "
          "that at ((a x + b y + c) / k, (d x + e y + f) / k) of the input, k = g x + h y + 1, "
          "where transforms [batch or 1, 8] has rows a to h. interpolation: NEAREST or BILINEAR. "
          "fill_mode says what lies beyond an image: CONSTANT, REFLECT, WRAP or NEAREST.")
      .Shape(TransformShape)
      .Gradient(TransformGradient)
      .Cpu<ProjectiveTransformKernel>();
}

}  // namespace

absl::Status RegisterImageProjectiveTransform(Registry& r) {
  for (const bool fills : {false, true}) {
    Op op(fills ? "ImageProjectiveTransformV3" : "ImageProjectiveTransformV2");
    op.Input("images: dtype").Input("transforms: float").Input("output_shape: int32");
    if (fills) op.Input("fill_value: float");
    MR_RETURN_IF_ERROR(r.Add(Finish(op)));
  }
  return absl::OkStatus();
}

}  // namespace millrace
