// CombinedNonMaxSuppression: the best boxes of each class, and of those the best of an image.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/image/box_selection.h"

namespace millrace {
namespace {

struct Detection {
  float score;
  int64_t box, of_class;
};

// (boxes, scores, max_output_size_per_class, max_total_size, iou_threshold, score_threshold)
class CombinedNmsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("pad_per_class", &pad_per_class_));
    return c.GetAttr("clip_boxes", &clip_);
  }

  absl::Status Compute(KernelContext& c) override {
    const Tensor &boxes = c.input(0), &scores = c.input(1);
    MR_RETURN_IF_ERROR(Check(c));
    BoxLimits limits;
    limits.most = c.input(2).scalar<int32_t>();
    limits.overlap = c.input(4).scalar<float>();
    limits.score = c.input(5).scalar<float>();
    const int64_t batch = scores.dim(0), classes = scores.dim(2);
    int64_t total = c.input(3).scalar<int32_t>();
    if (pad_per_class_) total = std::min(total, limits.most * classes);
    MR_ASSIGN_OR_RETURN(const Shape box_shape, Shape::Create({batch, total, 4}));
    Tensor *out_boxes, *out_scores, *out_classes, *valid;
    MR_RETURN_IF_ERROR(c.allocate_output(0, box_shape, &out_boxes));
    MR_RETURN_IF_ERROR(c.allocate_output(1, Shape({batch, total}), &out_scores));
    MR_RETURN_IF_ERROR(c.allocate_output(2, Shape({batch, total}), &out_classes));
    MR_RETURN_IF_ERROR(c.allocate_output(3, Shape({batch}), &valid));
    for (Tensor* t : {out_boxes, out_scores, out_classes})
      std::fill_n(t->mutable_data<float>(), t->num_elements(), 0.0f);
    c.pool()->ParallelFor(batch, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        const std::vector<Detection> found = Detect(boxes, scores, b, limits, total);
        for (size_t i = 0; i < found.size(); ++i) {
          const int64_t at = b * total + static_cast<int64_t>(i);
          const float* box = BoxOf(boxes, b, found[i].box, found[i].of_class);
          for (int d = 0; d < 4; ++d) {
            out_boxes->mutable_data<float>()[at * 4 + d] =
                clip_ ? std::max(std::min(box[d], 1.0f), 0.0f) : box[d];
          }
          out_scores->mutable_data<float>()[at] = found[i].score;
          out_classes->mutable_data<float>()[at] = static_cast<float>(found[i].of_class);
        }
        valid->mutable_data<int32_t>()[b] = static_cast<int32_t>(found.size());
      }
    });
    return absl::OkStatus();
  }

 private:
  static absl::Status Check(const KernelContext& c) {
    const Tensor &boxes = c.input(0), &scores = c.input(1);
    if (boxes.rank() != 4 || scores.rank() != 3 || boxes.dim(0) != scores.dim(0) ||
        boxes.dim(1) != scores.dim(1) || boxes.dim(3) != 4 ||
        (boxes.dim(2) != 1 && boxes.dim(2) != scores.dim(2))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "boxes must be [batch, boxes, classes or 1, 4] and scores [batch, boxes, classes], not ",
          boxes.shape().ToString(), " and ", scores.shape().ToString()));
    }
    for (int i = 2; i < 6; ++i) {
      if (c.input(i).rank() == 0) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("input ", i, " must be 0-D, got shape ", c.input(i).shape().ToString()));
    }
    if (c.input(2).scalar<int32_t>() <= 0 || c.input(3).scalar<int32_t>() <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("max_output_size_per_class and max_total_size must be > 0, not ",
                       c.input(2).scalar<int32_t>(), " and ", c.input(3).scalar<int32_t>()));
    }
    if (const float overlap = c.input(4).scalar<float>(); !(overlap >= 0 && overlap <= 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("iou_threshold must be in [0, 1], not ", overlap));
    }
    return absl::OkStatus();
  }

  // The boxes may be the same for all classes.
  static const float* BoxOf(const Tensor& boxes, int64_t b, int64_t i, int64_t of_class) {
    const int64_t kinds = boxes.dim(2);
    return boxes.data<float>() + ((b * boxes.dim(1) + i) * kinds + (kinds > 1 ? of_class : 0)) * 4;
  }

  static std::vector<Detection> Detect(const Tensor& boxes, const Tensor& scores, int64_t b,
                                       const BoxLimits& limits, int64_t most) {
    const int64_t count = scores.dim(1), classes = scores.dim(2);
    std::vector<Detection> found;
    std::vector<float> class_boxes(static_cast<size_t>(count * 4)), class_scores(count);
    for (int64_t k = 0; k < classes; ++k) {
      for (int64_t i = 0; i < count; ++i) {
        std::copy_n(BoxOf(boxes, b, i, k), 4, &class_boxes[i * 4]);
        class_scores[i] = scores.data<float>()[(b * count + i) * classes + k];
      }
      for (const ChosenBox& chosen : ChooseBoxes(class_boxes, class_scores, limits))
        found.push_back({chosen.score, chosen.box, k});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Detection& x, const Detection& y) { return x.score > y.score; });
    if (static_cast<int64_t>(found.size()) > most) found.resize(static_cast<size_t>(most));
    return found;
  }

  bool pad_per_class_ = false, clip_ = true;
};

absl::Status CombinedNmsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape boxes, c.WithRank(0, 4));
  MR_ASSIGN_OR_RETURN(const PartialShape scores, c.WithRank(1, 3));
  for (int i = 2; i < 6; ++i) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  MR_ASSIGN_OR_RETURN(const int64_t batch, ShapeContext::MergeDim(boxes.dim(0), scores.dim(0)));
  bool pad_per_class;
  MR_RETURN_IF_ERROR(c.GetAttr("pad_per_class", &pad_per_class));
  const auto per_class = c.input_as_ints(2), most = c.input_as_ints(3);
  int64_t total = most.has_value() ? (*most)[0] : -1;
  if (pad_per_class) {
    const bool known = per_class.has_value() && scores.dim(2) >= 0 && total >= 0;
    total = known ? std::min(total, (*per_class)[0] * scores.dim(2)) : -1;
  }
  if (total <= 0) total = -1;
  c.set_output(0, PartialShape::Of({batch, total, 4}));
  c.set_output(1, PartialShape::Of({batch, total}));
  c.set_output(2, PartialShape::Of({batch, total}));
  c.set_output(3, PartialShape::Of({batch}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterCombinedNonMaxSuppression(Registry& r) {
  return r.Add(
      Op("CombinedNonMaxSuppression")
          .Input("boxes: float")
          .Input("scores: float")
          .Input("max_output_size_per_class: int32")
          .Input("max_total_size: int32")
          .Input("iou_threshold: float")
          .Input("score_threshold: float")
          .Output("nmsed_boxes: float")
          .Output("nmsed_scores: float")
          .Output("nmsed_classes: float")
          .Output("valid_detections: int32")
          .Attr("pad_per_class: bool = false")
          .Attr("clip_boxes: bool = true")
          .Doc("The boxes [batch, boxes, classes or 1, 4] with the best scores [batch, boxes, "
               "classes], of each class without those that overlap a better one too much. The "
               "results are filled up with zeros to max_total_size, or, with pad_per_class, to "
               "what all classes may have if that is less.")
          .Shape(CombinedNmsShape)
          .NotDifferentiable()
          .Cpu<CombinedNmsKernel>());
}

}  // namespace millrace
