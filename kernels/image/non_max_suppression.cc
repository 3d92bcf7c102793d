// NonMaxSuppression, its versions 2 to 5 and NonMaxSuppressionWithOverlaps: boxes chosen by score,
// without those that overlap a chosen one too much (Bodla et al., Soft-NMS, 2017, for
// soft_nms_sigma).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/image/box_selection.h"
#include "kernels/math/wide.h"

namespace millrace {
namespace {

absl::StatusOr<float> ScalarInput(const Tensor& t, absl::string_view what) {
  if (t.rank() == 0) return LoadWide<float>(t)[0];
  return absl::InvalidArgumentError(
      absl::StrCat(what, " must be 0-D, got shape ", t.shape().ToString()));
}

template <int kVersion>
class NonMaxSuppressionKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    if (kVersion == 1) MR_RETURN_IF_ERROR(c.GetAttr("iou_threshold", &limits_.overlap));
    if (kVersion >= 4) return c.GetAttr("pad_to_max_output_size", &pad_);
    return absl::OkStatus();
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &boxes = c.input(0), &scores = c.input(1);
    if (boxes.rank() != 2 || boxes.dim(1) != 4 || scores.rank() != 1 ||
        scores.dim(0) != boxes.dim(0)) {
      return absl::InvalidArgumentError(absl::StrCat("boxes must be [n, 4] and scores [n], not ",
                                                     boxes.shape().ToString(), " and ",
                                                     scores.shape().ToString()));
    }
    MR_ASSIGN_OR_RETURN(const BoxLimits limits, ReadLimits(c));
    const std::vector<ChosenBox> chosen =
        ChooseBoxes(LoadWide<float>(boxes), LoadWide<float>(scores), limits);
    const int64_t n = static_cast<int64_t>(chosen.size());
    const Shape shape({pad_ ? limits.most : n});
    Tensor* indices;
    MR_RETURN_IF_ERROR(c.allocate_output(0, shape, &indices));
    std::fill_n(indices->mutable_data<int32_t>(), shape.num_elements(), 0);
    for (int64_t i = 0; i < n; ++i) indices->mutable_data<int32_t>()[i] = chosen[i].box;
    if (kVersion == 5) {
      Tensor* out;
      MR_RETURN_IF_ERROR(c.allocate_output(1, shape, &out));
      std::vector<double> values(static_cast<size_t>(shape.num_elements()));
      for (int64_t i = 0; i < n; ++i) values[i] = chosen[i].score;
      StoreWide(values, out);
    }
    if (kVersion >= 4) c.set_output(kVersion - 3, Tensor::Scalar<int32_t>(static_cast<int32_t>(n)));
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<BoxLimits> ReadLimits(KernelContext& c) const {
    BoxLimits limits = limits_;
    if (c.input(2).rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("max_output_size must be 0-D, got shape ", c.input(2).shape().ToString()));
    }
    limits.most = c.input(2).scalar<int32_t>();
    if (limits.most < 0) return absl::InvalidArgumentError("output size must be non-negative");
    if (kVersion >= 2) {
      MR_ASSIGN_OR_RETURN(limits.overlap, ScalarInput(c.input(3), "iou_threshold"));
    }
    if (kVersion >= 3) {
      MR_ASSIGN_OR_RETURN(limits.score, ScalarInput(c.input(4), "score_threshold"));
    }
    if (kVersion >= 5) {
      MR_ASSIGN_OR_RETURN(limits.sigma, ScalarInput(c.input(5), "soft_nms_sigma"));
      if (limits.sigma < 0)
        return absl::InvalidArgumentError("soft_nms_sigma_val must be non-negative");
    }
    if (!(limits.overlap >= 0 && limits.overlap <= 1))
      return absl::InvalidArgumentError("iou_threshold must be in [0, 1]");
    limits.most = std::min(limits.most, pad_ ? limits.most : c.input(0).dim(0));
    return limits;
  }

  BoxLimits limits_;
  bool pad_ = false;
};

// (overlaps [n, n], scores [n], max_output_size, overlap_threshold, score_threshold).
class NmsWithOverlapsKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor &overlaps = c.input(0), &scores = c.input(1);
    if (scores.rank() != 1 || overlaps.shape() != Shape({scores.dim(0), scores.dim(0)})) {
      return absl::InvalidArgumentError(absl::StrCat("overlaps must be [n, n] and scores [n], not ",
                                                     overlaps.shape().ToString(), " and ",
                                                     scores.shape().ToString()));
    }
    for (const int i : {2, 3, 4}) {
      if (c.input(i).rank() == 0) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "max_output_size and the thresholds must be 0-D, not ", c.input(i).shape().ToString()));
    }
    BoxLimits limits;
    limits.most = c.input(2).scalar<int32_t>();
    limits.overlap = c.input(3).scalar<float>();
    limits.score = c.input(4).scalar<float>();
    if (limits.most < 0) return absl::InvalidArgumentError("output size must be non-negative");
    const float* const overlap = overlaps.data<float>();
    const int64_t n = scores.dim(0);
    const std::vector<ChosenBox> chosen = ChooseByOverlap(
        LoadWide<float>(scores), limits, [&](int32_t a, int32_t b) { return overlap[a * n + b]; });
    std::vector<int32_t> indices;
    for (const ChosenBox& box : chosen) indices.push_back(box.box);
    c.set_output(0, Tensor::Vector<int32_t>(indices));
    return absl::OkStatus();
  }
};

absl::Status NmsShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 2).status());
  MR_RETURN_IF_ERROR(c.WithRank(1, 1).status());
  for (int i = 0; i < c.num_outputs(); ++i) {
    const bool is_count = i > 0 && i == c.num_outputs() - 1;
    c.set_output(i, is_count ? PartialShape::Scalar() : PartialShape::UnknownOfRank(1));
  }
  return absl::OkStatus();
}

absl::Status OverlapsShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape overlaps, c.WithRank(0, 2));
  MR_ASSIGN_OR_RETURN(const PartialShape scores, c.WithRank(1, 1));
  for (const int i : {2, 3, 4}) MR_RETURN_IF_ERROR(c.WithRank(i, 0).status());
  for (const int d : {0, 1})
    MR_RETURN_IF_ERROR(ShapeContext::MergeDim(overlaps.dim(d), scores.dim(0)).status());
  c.set_output(0, PartialShape::UnknownOfRank(1));
  return absl::OkStatus();
}

template <int kVersion>
absl::Status AddVersion(Registry& r) {
  Op op(kVersion == 1 ? "NonMaxSuppression" : absl::StrCat("NonMaxSuppressionV", kVersion));
  const char* const boxes = kVersion == 1 ? "float" : "T";
  // The last version has one type for everything.
  const char* const limits = kVersion == 5 ? "T" : "T_threshold";
  op.Input(absl::StrCat("boxes: ", boxes))
      .Input(absl::StrCat("scores: ", boxes))
      .Input("max_output_size: int32");
  if (kVersion >= 2) op.Input(absl::StrCat("iou_threshold: ", limits));
  if (kVersion >= 3) op.Input(absl::StrCat("score_threshold: ", limits));
  if (kVersion >= 5) op.Input("soft_nms_sigma: T");
  op.Output("selected_indices: int32");
  if (kVersion >= 5) op.Output("selected_scores: T");
  if (kVersion >= 4) op.Output("valid_outputs: int32");
  if (kVersion == 1) op.Attr("iou_threshold: float = 0.5");
  if (kVersion >= 2) op.Attr("T: {half, float} = DT_FLOAT");
  if (kVersion >= 2 && kVersion <= 4) op.Attr("T_threshold: {half, float} = DT_FLOAT");
  if (kVersion >= 4) op.Attr("pad_to_max_output_size: bool = false");
  return r.Add(op.Doc("At most max_output_size boxes in order of their scores, without those that "
                      "overlap one chosen before by more than iou_threshold (intersection over "
                      "union).")
                   .Shape(NmsShape)
                   .NotDifferentiable()
                   .template Cpu<NonMaxSuppressionKernel<kVersion>>());
}

}  // namespace

absl::Status RegisterNonMaxSuppression(Registry& r) {
  MR_RETURN_IF_ERROR(AddVersion<1>(r));
  MR_RETURN_IF_ERROR(AddVersion<2>(r));
  MR_RETURN_IF_ERROR(AddVersion<3>(r));
  MR_RETURN_IF_ERROR(AddVersion<4>(r));
  MR_RETURN_IF_ERROR(AddVersion<5>(r));
  return r.Add(Op("NonMaxSuppressionWithOverlaps")
                   .Input("overlaps: float")
                   .Input("scores: float")
                   .Input("max_output_size: int32")
                   .Input("overlap_threshold: float")
                   .Input("score_threshold: float")
                   .Output("selected_indices: int32")
                   .Doc("As NonMaxSuppressionV3, with the overlaps of all pairs given.")
                   .Shape(OverlapsShape)
                   .NotDifferentiable()
                   .Cpu<NmsWithOverlapsKernel>());
}

}  // namespace millrace
