// CTCGreedyDecoder, CTCBeamSearchDecoder: sequences of classes out of logits.
#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/nn/ctc.h"
#include "kernels/nn/ctc_beam.h"

namespace millrace {
namespace {

constexpr absl::StatusCode kMisfit = absl::StatusCode::kFailedPrecondition;

using Sequences = std::vector<std::vector<int64_t>>;  // one an element of the batch

// Decoded sequences as a sparse tensor, in outputs `first`, `first + stride` and `first + 2
// stride`.
absl::Status StoreSequences(KernelContext& c, int first, int stride, const Sequences& sequences) {
  int64_t count = 0, longest = 0;
  for (const auto& s : sequences) {
    count += static_cast<int64_t>(s.size());
    longest = std::max(longest, static_cast<int64_t>(s.size()));
  }
  Tensor *indices, *values;
  MR_RETURN_IF_ERROR(c.allocate_output(first, Shape({count, 2}), &indices));
  MR_RETURN_IF_ERROR(c.allocate_output(first + stride, Shape({count}), &values));
  int64_t at = 0;
  for (size_t b = 0; b < sequences.size(); ++b) {
    for (size_t k = 0; k < sequences[b].size(); ++k, ++at) {
      indices->mutable_data<int64_t>()[2 * at] = static_cast<int64_t>(b);
      indices->mutable_data<int64_t>()[2 * at + 1] = static_cast<int64_t>(k);
      values->mutable_data<int64_t>()[at] = sequences[b][k];
    }
  }
  c.set_output(first + 2 * stride,
               Tensor::Vector<int64_t>({static_cast<int64_t>(sequences.size()), longest}));
  return absl::OkStatus();
}

// The likeliest class of each step, without blanks and, with merge_repeated, without repetitions.
template <typename T>
class CtcGreedyDecoderKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("merge_repeated", &merge_));
    return c.GetAttr("blank_index", &blank_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const CtcSizes sizes, CtcSizes::Create(c.input(0), c.input(1), kMisfit));
    const int64_t blank = blank_ < 0 ? blank_ + sizes.classes : blank_;
    if (blank < 0 || blank >= sizes.classes) {
      return absl::InvalidArgumentError(absl::StrCat("blank_index expected to be between ",
                                                     -sizes.classes, " and ", sizes.classes - 1,
                                                     " but was ", blank_));
    }
    Tensor* score;
    MR_RETURN_IF_ERROR(c.allocate_output(3, Shape({sizes.batch, 1}), &score));
    Sequences decoded(sizes.batch);
    for (int64_t b = 0; b < sizes.batch; ++b) {
      T& sum = score->mutable_data<T>()[b] = 0;
      int64_t previous = -1;
      for (int64_t t = 0; t < c.input(1).data<int32_t>()[b]; ++t) {
        const T* row = c.input(0).data<T>() + sizes.Row(t, b);
        const int64_t best = std::max_element(row, row + sizes.classes) - row;
        sum -= row[best];
        if (best != blank && !(merge_ && best == previous)) decoded[b].push_back(best);
        previous = best;
      }
    }
    return StoreSequences(c, 0, 1, decoded);
  }

 private:
  bool merge_ = false;
  int64_t blank_ = -1;
};

template <typename T>
class CtcBeamSearchDecoderKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("beam_width", &width_));
    MR_RETURN_IF_ERROR(c.GetAttr("top_paths", &paths_));
    return c.GetAttr("merge_repeated", &merge_);
  }
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const CtcSizes sizes, CtcSizes::Create(c.input(0), c.input(1), kMisfit));
    if (paths_ > width_) {
      return absl::InvalidArgumentError(
          absl::StrCat("requested ", paths_, " paths of a beam of ", width_));
    }
    Tensor* scores;
    MR_RETURN_IF_ERROR(
        c.allocate_output(3 * static_cast<int>(paths_), Shape({sizes.batch, paths_}), &scores));
    std::vector<Sequences> decoded(paths_, Sequences(sizes.batch));
    for (int64_t b = 0; b < sizes.batch; ++b) {
      CtcBeam<T> beam(width_, sizes.classes);
      for (int64_t t = 0; t < c.input(1).data<int32_t>()[b]; ++t)
        beam.Step(c.input(0).data<T>() + sizes.Row(t, b));
      const auto best = beam.Best(paths_, merge_);
      if (static_cast<int64_t>(best.size()) < paths_) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Less leaves in the beam search than requested: ", best.size(), " of ", paths_));
      }
      for (int64_t k = 0; k < paths_; ++k) {
        decoded[k][b] = best[k].labels;
        scores->mutable_data<T>()[b * paths_ + k] = best[k].score;
      }
    }
    for (int64_t k = 0; k < paths_; ++k)
      MR_RETURN_IF_ERROR(
          StoreSequences(c, static_cast<int>(k), static_cast<int>(paths_), decoded[k]));
    return absl::OkStatus();
  }

 private:
  int64_t width_ = 1, paths_ = 1;
  bool merge_ = true;
};

absl::Status CtcDecoderShape(ShapeContext& c) {
  MR_ASSIGN_OR_RETURN(const PartialShape inputs, c.WithRank(0, 3));
  MR_ASSIGN_OR_RETURN(const PartialShape lengths, c.WithRank(1, 1));
  MR_ASSIGN_OR_RETURN(const int64_t batch, ShapeContext::MergeDim(inputs.dim(1), lengths.dim(0)));
  const int paths = (c.num_outputs() - 1) / 3;
  for (int k = 0; k < paths; ++k) {
    c.set_output(k, PartialShape::Of({-1, 2}));
    c.set_output(paths + k, PartialShape::UnknownOfRank(1));
    c.set_output(2 * paths + k, PartialShape::Of({2}));
  }
  c.set_output(3 * paths, PartialShape::Of({batch, paths}));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterCtcDecoder(Registry& r) {
  MR_RETURN_IF_ERROR(r.Add(Op("CTCGreedyDecoder")
                               .Input("inputs: T")
                               .Input("sequence_length: int32")
                               .Output("decoded_indices: int64")
                               .Output("decoded_values: int64")
                               .Output("decoded_shape: int64")
                               .Output("log_probability: T")
                               .Attr("merge_repeated: bool = false")
                               .Attr("blank_index: int = -1")
                               .Attr("T: {float, double} = DT_FLOAT")
                               .Doc("The likeliest class of each step of logits [time, batch, "
                                    "classes] without blanks, as a sparse tensor, and minus the "
                                    "sum of their logits.")
                               .Shape(CtcDecoderShape)
                               .NotDifferentiable()
                               .Cpu<CtcGreedyDecoderKernel, float, double>()));
  return r.Add(Op("CTCBeamSearchDecoder")
                   .Input("inputs: T")
                   .Input("sequence_length: int32")
                   .Output("decoded_indices: top_paths * int64")
                   .Output("decoded_values: top_paths * int64")
                   .Output("decoded_shape: top_paths * int64")
                   .Output("log_probability: T")
                   .Attr("beam_width: int >= 1")
                   .Attr("top_paths: int >= 1")
                   .Attr("merge_repeated: bool = true")
                   .Attr("T: {float, double} = DT_FLOAT")
                   .Doc("The likeliest sequences that a beam search finds in logits [time, batch, "
                        "classes], each as a sparse tensor; the last class is the blank.")
                   .Shape(CtcDecoderShape)
                   .NotDifferentiable()
                   .Cpu<CtcBeamSearchDecoderKernel, float, double>());
}

}  // namespace millrace
