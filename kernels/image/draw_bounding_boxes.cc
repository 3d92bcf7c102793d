// DrawBoundingBoxes, DrawBoundingBoxesV2: the outlines of boxes on images.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// TensorFlow's: yellow, blue, red, lime, purple, olive, maroon, navy, aqua, fuchsia.
constexpr float kColours[10][4] = {
    {1, 1, 0, 1},     {0, 0, 1, 1},   {1, 0, 0, 1},   {0, 1, 0, 1}, {0.5, 0, 0.5, 1},
    {0.5, 0.5, 0, 1}, {0.5, 0, 0, 1}, {0, 0, 0.5, 1}, {0, 1, 1, 1}, {1, 0, 1, 1}};

// Rows or columns [from, to] that a box covers of one side of an image; both may lie outside.
struct Extent {
  int64_t from, to, size;

  // The ends in fractions of the side.
  Extent(float begin, float end, int64_t size)
      : from(Pixel(begin, size)), to(Pixel(end, size)), size(size) {}
  bool drawn() const { return from <= to && from < size && to >= 0; }
  int64_t first() const { return std::max<int64_t>(from, 0); }
  int64_t last() const { return std::min(to, size - 1); }

 private:
  static int64_t Pixel(float at, int64_t size) {
    constexpr float kFar = 1e9f;  // outside of any image
    const float pixel = at * static_cast<float>(size - 1);
    return static_cast<int64_t>(pixel > -kFar ? std::min(pixel, kFar) : -kFar);
  }
};

class DrawBoundingBoxesBase : public Kernel {
 protected:
  // The colour of box i, repeated if there are more boxes than colours; of `channels` elements.
  static absl::StatusOr<std::vector<std::vector<float>>> Colours(KernelContext& c,
                                                                 int64_t channels) {
    std::vector<std::vector<float>> colours;
    if (c.num_inputs() > 2) {
      const Tensor& own = c.input(2);
      if (own.rank() != 2 || own.dim(1) < channels) {
        return absl::InvalidArgumentError(absl::StrCat("colors must be [n, at least ", channels,
                                                       "] for as many channels of the images, not ",
                                                       own.shape().ToString()));
      }
      const float* const from = own.data<float>();
      for (int64_t i = 0; i < own.dim(0); ++i)
        colours.emplace_back(from + i * own.dim(1), from + i * own.dim(1) + channels);
    }
    if (!colours.empty()) return colours;
    for (const auto& colour : kColours) {
      colours.emplace_back(colour, colour + channels);
      if (channels == 1) colours.back()[0] = 1;
    }
    return colours;
  }
};

template <typename T>
class DrawBoundingBoxesKernel final : public DrawBoundingBoxesBase {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &images = c.input(0), &boxes = c.input(1);
    if (images.rank() != 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("The rank of the images should be 4, not ", images.shape().ToString()));
    }
    if (boxes.rank() != 3 || boxes.dim(0) != images.dim(0) || boxes.dim(2) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "boxes must be [", images.dim(0), ", boxes, 4], not ", boxes.shape().ToString()));
    }
    const int64_t channels = images.dim(3);
    if (channels != 1 && channels != 3 && channels != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA), not ", channels));
    }
    MR_ASSIGN_OR_RETURN(const auto colours, Colours(c, channels));
    Tensor* out;
    MR_RETURN_IF_ERROR(c.allocate_output(0, images.shape(), &out));
    T* const pixels = out->mutable_data<T>();
    std::copy_n(images.data<T>(), images.num_elements(), pixels);
    const int64_t height = images.dim(1), width = images.dim(2), count = boxes.dim(1);
    if (images.num_elements() == 0) return absl::OkStatus();
    for (int64_t i = 0; i < images.dim(0) * count; ++i) {
      const float* const box = boxes.data<float>() + 4 * i;
      const Extent rows(box[0], box[2], height), columns(box[1], box[3], width);
      if (!rows.drawn() || !columns.drawn()) continue;
      const std::vector<float>& colour = colours[i % count % colours.size()];
      const auto draw = [&](int64_t y, int64_t x) {
        T* const at = pixels + ((i / count * height + y) * width + x) * channels;
        for (int64_t k = 0; k < channels; ++k) at[k] = T(colour[k]);
      };
      for (int64_t x = columns.first(); x <= columns.last(); ++x) {
        if (rows.from >= 0) draw(rows.from, x);
        if (rows.to < height) draw(rows.to, x);
      }
      for (int64_t y = rows.first(); y <= rows.last(); ++y) {
        if (columns.from >= 0) draw(y, columns.from);
        if (columns.to < width) draw(y, columns.to);
      }
    }
    return absl::OkStatus();
  }
};

absl::Status DrawShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(PartialShape images, c.WithRankAtLeast(0, 3));
  c.set_output(0, std::move(images));
  return absl::OkStatus();
}

absl::Status AddDraw(Registry& r, const char* name, bool colours, absl::string_view doc) {
  Op op(name);
  op.Input("images: T").Input("boxes: float");
  if (colours) op.Input("colors: float");
  return r.Add(op.Output("output: T")
                   .Attr("T: {float, half} = DT_FLOAT")
                   .Doc(doc)
                   .Shape(DrawShape)
                   .NotDifferentiable()
                   .Cpu<DrawBoundingBoxesKernel, float, half>());
}

}  // namespace

absl::Status RegisterDrawBoundingBoxes(Registry& r) {
  MR_RETURN_IF_ERROR(AddDraw(r, "DrawBoundingBoxes", false,
                             "Images with the outlines of boxes, (y1, x1, y2, x2) in fractions of "
                             "the image, in ten colours."));
  return AddDraw(r, "DrawBoundingBoxesV2", true,
                 "Images with the outlines of boxes, (y1, x1, y2, x2) in fractions of the image, "
                 "in the colours given (in ten of its own if there are none).");
}

}  // namespace millrace
