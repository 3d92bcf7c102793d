// SampleDistortedBoundingBox, its second version and its stateless form: a random part of an image
// that shows enough of an object.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/math/wide.h"
#include "kernels/random/random_kernels.h"
#include "kernels/random/single_numbers.h"

namespace millrace {
namespace {

// Pixels [x0, x1) and [y0, y1).
struct Rectangle {
  int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  float Area() const { return static_cast<float>((x1 - x0) * (y1 - y0)); }
  Rectangle SharedWith(const Rectangle& r) const {
    const Rectangle shared = {std::max(x0, r.x0), std::max(y0, r.y0), std::min(x1, r.x1),
                              std::min(y1, r.y1)};
    return shared.x0 > shared.x1 || shared.y0 > shared.y1 ? Rectangle() : shared;
  }
};

struct CropLimits {
  std::vector<float> aspect = {0.75f, 1.33f}, area = {0.05f, 1};
  int64_t attempts = 100;

  absl::Status Read(KernelConstruction& c);
};

absl::Status CropLimits::Read(KernelConstruction& c) {
  MR_RETURN_IF_ERROR(c.GetAttr("aspect_ratio_range", &aspect));
  MR_RETURN_IF_ERROR(c.GetAttr("area_range", &area));
  MR_RETURN_IF_ERROR(c.GetAttr("max_attempts", &attempts));
  if (aspect.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Aspect ratio range field must specify 2 dimensions, not ", aspect.size()));
  }
  if (!(aspect[0] > 0 && aspect[1] > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("Aspect ratio range must be non-negative: [",
                                                   aspect[0], ", ", aspect[1], "]"));
  }
  if (area.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("Area range field must specify 2 dimensions, not ", area.size()));
  }
  if (!(area[0] > 0 && area[1] > 0 && area[0] <= 1 && area[1] <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("Area range must be in (0, 1]: [", area[0], ", ", area[1], "]"));
  }
  constexpr int64_t kMostAttempts = 1 << 24;
  if (attempts <= 0 || attempts > kMostAttempts) {
    return absl::InvalidArgumentError(
        absl::StrCat("Max attempts must be positive, and at most 2^24: ", attempts));
  }
  return absl::OkStatus();
}

constexpr float kLongest = 1e15f;  // more than any side of an image

// Rounds half to even.
int64_t Rounded(float x) { return std::lrint(std::min(x, kLongest)); }

// A rectangle of that ratio of width to height, whose part of the image is within the limits,
// anywhere in the image. False where rounding leaves none.
bool DrawCrop(const CropLimits& limits, int64_t width, int64_t height, float aspect,
              SingleNumbers* random, Rectangle* crop) {
  if (limits.area[0] > limits.area[1] || width == 0 || height == 0) return false;
  const float fw = static_cast<float>(width), fh = static_cast<float>(height);
  const float least = limits.area[0] * fw * fh, most = limits.area[1] * fw * fh;
  const auto width_of = [&](int64_t h) { return Rounded(static_cast<float>(h) * aspect); };
  int64_t h = Rounded(std::sqrt(least / aspect)), highest = Rounded(std::sqrt(most / aspect));
  if (width_of(highest) > width) {
    // The highest whose rounded width is still within the image.
    constexpr float kEpsilon = 0.0000001f;
    highest = static_cast<int64_t>(std::min<double>((fw + 0.5 - kEpsilon) / aspect, kLongest));
    if (width_of(highest) > width) --highest;
  }
  highest = std::min(highest, height);
  h = std::min(h, highest);
  if (h < highest) h += random->Below(static_cast<uint32_t>(highest - h + 1));
  // Where rounding alone left the limits, one row more or less may be within.
  const auto area = [&] {
    return static_cast<float>(static_cast<double>(width_of(h)) * static_cast<double>(h));
  };
  if (area() < least) ++h;
  if (area() > most) --h;
  const int64_t w = width_of(h);
  if (area() < least || area() > most || w > width || h > height || w <= 0 || h <= 0) return false;
  const int64_t y = h < height ? random->Below(static_cast<uint32_t>(height - h)) : 0;
  const int64_t x = w < width ? random->Below(static_cast<uint32_t>(width - w)) : 0;
  *crop = {x, y, x + w, y + h};
  return true;
}

// Whether the crop shows that part of one of the boxes.
bool Covers(const Rectangle& crop, float part, const std::vector<Rectangle>& boxes) {
  constexpr float kLeastArea = 1;
  if (crop.Area() < kLeastArea) return false;
  return std::any_of(boxes.begin(), boxes.end(), [&](const Rectangle& box) {
    return box.Area() >= kLeastArea && box.SharedWith(crop).Area() / box.Area() >= part;
  });
}

enum class CropOp { kFirst, kSecond, kStateless };

template <CropOp kOp>
class SampleDistortedKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (kOp == CropOp::kFirst) {
      MR_RETURN_IF_ERROR(c.GetAttr("min_object_covered", &covered_));
      if (!(covered_ >= 0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("Min object covered must be non-negative: ", covered_));
      }
    }
    MR_RETURN_IF_ERROR(c.GetAttr("use_image_if_no_bounding_boxes", &image_serves_));
    MR_RETURN_IF_ERROR(limits_.Read(c));
    return kOp == CropOp::kStateless ? absl::OkStatus() : gen_.Init(c);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor& size = c.input(0);
    if (size.shape() != Shape({3})) {
      return absl::InvalidArgumentError(absl::StrCat(
          "image_size must be 1-dimensional with 3 elements, not ", size.shape().ToString()));
    }
    const std::vector<int64_t> sides = LoadWide<int64_t>(size);
    const int64_t height = sides[0], width = sides[1];
    constexpr int64_t kMost = int64_t{1} << 31;
    if (height < 0 || width < 0 || height >= kMost || width >= kMost) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Image height and width must be in [0, 2^31), not ", height, " and ", width));
    }
    float covered = covered_;
    if (kOp != CropOp::kFirst) {
      if (c.input(2).rank() != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("min_object_covered must be 0-D, not ", c.input(2).shape().ToString()));
      }
      covered = c.input(2).scalar<float>();
      if (!(covered >= 0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("Min object covered must be non-negative: ", covered));
      }
    }
    MR_ASSIGN_OR_RETURN(const std::vector<Rectangle> boxes, Boxes(c.input(1), height, width));
    Philox gen;
    if (kOp == CropOp::kStateless) {
      MR_ASSIGN_OR_RETURN(gen, PhiloxFromSeed(c.input(3)));
    } else {
      gen = gen_.Reserve(static_cast<uint64_t>(limits_.attempts));
    }
    const Rectangle crop = Draw(height, width, covered, boxes, SingleNumbers(gen));
    return SetOutputs(c, crop, height, width);
  }

 private:
  absl::StatusOr<std::vector<Rectangle>> Boxes(const Tensor& t, int64_t height,
                                               int64_t width) const {
    if (t.rank() != 3 || t.dim(2) != 4) {
      return absl::InvalidArgumentError(absl::StrCat(
          "input boxes must be 3-dimensional [batch, num_boxes, 4], not ", t.shape().ToString()));
    }
    std::vector<Rectangle> boxes;
    for (int64_t i = 0; i < t.num_elements(); i += 4) {
      const float* const at = t.data<float>() + i;
      for (int k = 0; k < 4; ++k) {
        if (at[k] >= 0 && at[k] <= 1) continue;
        return absl::InvalidArgumentError(
            absl::StrCat("All bounding box coordinates must be in [0.0, 1.0]: ", at[k]));
      }
      const auto pixel = [&](int k, int64_t side) {
        return static_cast<int64_t>(at[k] * static_cast<float>(side));
      };
      boxes.push_back({pixel(1, width), pixel(0, height), pixel(3, width), pixel(2, height)});
    }
    if (!boxes.empty()) return boxes;
    if (!image_serves_) {
      return absl::InvalidArgumentError(
          "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if "
          "you wish to not provide any bounding boxes.");
    }
    return std::vector<Rectangle>{{0, 0, width, height}};
  }

  // The first of so many attempts that shows enough of a box, or else the whole image.
  Rectangle Draw(int64_t height, int64_t width, float covered, const std::vector<Rectangle>& boxes,
                 SingleNumbers random) const {
    for (int64_t i = 0; i < limits_.attempts; ++i) {
      const float aspect =
          random.Float() * (limits_.aspect[1] - limits_.aspect[0]) + limits_.aspect[0];
      Rectangle crop;
      if (DrawCrop(limits_, width, height, aspect, &random, &crop) && Covers(crop, covered, boxes))
        return crop;
    }
    return {0, 0, width, height};
  }

  static absl::Status SetOutputs(KernelContext& c, const Rectangle& crop, int64_t height,
                                 int64_t width) {
    Tensor *begin, *size, *box;
    MR_RETURN_IF_ERROR(c.allocate_output(0, Shape({3}), &begin));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({3}), &size));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({1, 1, 4}), &box));
    StoreWide<int64_t>({crop.y0, crop.x0, 0}, begin);
    StoreWide<int64_t>({crop.y1 - crop.y0, crop.x1 - crop.x0, -1}, size);
    const float h = static_cast<float>(height), w = static_cast<float>(width);
    float* const at = box->mutable_data<float>();
    at[0] = static_cast<float>(crop.y0) / h;
    at[1] = static_cast<float>(crop.x0) / w;
    at[2] = static_cast<float>(crop.y1) / h;
    at[3] = static_cast<float>(crop.x1) / w;
    return absl::OkStatus();
  }

  CropLimits limits_;
  float covered_ = 0;
  bool image_serves_ = false;
  GuardedPhilox gen_;
};

absl::Status DistortedShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape size, c.WithRank(0, 1));
  MR_ASSIGN_OR_RETURN(const PartialShape boxes, c.WithRank(1, 3));
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(size.dim(0), 3).status());
  MR_RETURN_IF_ERROR(ShapeContext::MergeDim(boxes.dim(2), 4).status());
  if (c.num_inputs() > 2) MR_RETURN_IF_ERROR(c.WithRank(2, 0).status());
  c.set_output(0, PartialShape::Of({3}));
  c.set_output(1, PartialShape::Of({3}));
  c.set_output(2, PartialShape::Of({1, 1, 4}));
  return absl::OkStatus();
}

template <CropOp kOp>
absl::Status AddDistorted(Registry& r, const char* name, absl::string_view doc) {
  Op op(name);
  op.Input("image_size: T").Input("bounding_boxes: float");
  if (kOp != CropOp::kFirst) op.Input("min_object_covered: float");
  if (kOp == CropOp::kStateless) op.Input("seed: Tseed");
  op.Output("begin: T").Output("size: T").Output("bboxes: float");
  op.Attr("T: {uint8, int8, int16, int32, int64}");
  if (kOp == CropOp::kStateless) {
    op.Attr("Tseed: {int32, int64}");
  } else {
    op.Attr("seed: int = 0").Attr("seed2: int = 0").Stateful();
  }
  if (kOp == CropOp::kFirst) op.Attr("min_object_covered: float = 0.1");
  return r.Add(op.Attr("aspect_ratio_range: list(float) = [0.75, 1.33]")
                   .Attr("area_range: list(float) = [0.05, 1.0]")
                   .Attr("max_attempts: int = 100")
                   .Attr("use_image_if_no_bounding_boxes: bool = false")
                   .Doc(doc)
                   .Shape(DistortedShape)
                   .NotDifferentiable()
                   .template Cpu<SampleDistortedKernel<kOp>>());
}

}  // namespace

absl::Status RegisterSampleDistortedBoundingBox(Registry& r) {
  MR_RETURN_IF_ERROR(AddDistorted<CropOp::kFirst>(
      r, "SampleDistortedBoundingBox",
      "A random part of an image, as what Slice takes and as a box, that shows at least "
      "min_object_covered of one of the boxes: of an area and a ratio of width to height within "
      "these ranges, or after max_attempts the whole."));
  MR_RETURN_IF_ERROR(AddDistorted<CropOp::kSecond>(
      r, "SampleDistortedBoundingBoxV2",
      "As SampleDistortedBoundingBox, with min_object_covered as an input."));
  return AddDistorted<CropOp::kStateless>(
      r, "StatelessSampleDistortedBoundingBox",
      "As SampleDistortedBoundingBoxV2, as a function of `seed`.");
}

}  // namespace millrace
