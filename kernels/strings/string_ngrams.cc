// StringNGrams.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// Rows of tokens, ragged: row r is data[splits[r]] to data[splits[r + 1] - 1].
template <typename Tsplits>
class StringNGramsKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("separator", &separator_));
    MR_RETURN_IF_ERROR(c.GetAttr("ngram_widths", &widths_));
    MR_RETURN_IF_ERROR(c.GetAttr("left_pad", &left_));
    MR_RETURN_IF_ERROR(c.GetAttr("right_pad", &right_));
    MR_RETURN_IF_ERROR(c.GetAttr("pad_width", &pad_));
    for (const int64_t width : widths_) {
      if (width < 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("ngram_widths must be at least 1, but one is ", width));
      }
    }
    return c.GetAttr("preserve_short_sequences", &keep_short_);
  }
  absl::Status Compute(KernelContext& c) override {
    const Tensor &data = c.input(0), &splits = c.input(1);
    if (data.rank() != 1 || splits.rank() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("data and data_splits must be vectors, not ",
                                                     data.shape().ToString(), " and ",
                                                     splits.shape().ToString()));
    }
    const auto at = splits.flat<Tsplits>();
    MR_RETURN_IF_ERROR(CheckSplits(at, data.dim(0)));
    std::vector<std::string> ngrams;
    std::vector<Tsplits> ends(at.empty() ? 0 : 1, 0);
    for (size_t r = 0; r + 1 < at.size(); ++r) {
      AddRow(data.flat<std::string>().subspan(at[r], at[r + 1] - at[r]), &ngrams);
      ends.push_back(static_cast<Tsplits>(ngrams.size()));
    }
    c.set_output(0, Tensor::Vector<std::string>(ngrams));
    c.set_output(1, Tensor::Vector<Tsplits>(ends));
    return absl::OkStatus();
  }

 private:
  static absl::Status CheckSplits(absl::Span<const Tsplits> at, int64_t tokens) {
    if (at.empty()) return absl::OkStatus();
    if (at[0] != 0)
      return absl::InvalidArgumentError(absl::StrCat("First split value must be 0, got ", at[0]));
    for (size_t r = 1; r < at.size(); ++r) {
      if (at[r] >= at[r - 1] && at[r] <= tokens) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "Invalid split value ", at[r], ", must be in [", at[r - 1], ", ", tokens, "]"));
    }
    if (at.back() == tokens) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("Last split value must be data size. Expected ", tokens, ", got ", at.back()));
  }

  void AddRow(absl::Span<const std::string> tokens, std::vector<std::string>* ngrams) const {
    const size_t before = ngrams->size();
    for (const int64_t width : widths_) {
      const int64_t pad = pad_ < 0 ? width - 1 : std::min(pad_, width - 1);
      Add(tokens, width, pad, ngrams);
    }
    // A row too short for any width is one n-gram, with all its padding.
    if (keep_short_ && ngrams->size() == before && !tokens.empty() && pad_ >= 0)
      Add(tokens, static_cast<int64_t>(tokens.size()) + 2 * pad_, pad_, ngrams);
  }

  void Add(absl::Span<const std::string> tokens, int64_t width, int64_t pad,
           std::vector<std::string>* ngrams) const {
    const int64_t n = static_cast<int64_t>(tokens.size());
    for (int64_t begin = -pad; begin + width <= n + pad; ++begin) {
      std::vector<absl::string_view> parts;
      for (int64_t i = begin; i < begin + width; ++i)
        parts.push_back(i < 0 ? left_ : i >= n ? right_ : tokens[i]);
      ngrams->push_back(absl::StrJoin(parts, separator_));
    }
  }

  std::string separator_, left_, right_;
  std::vector<int64_t> widths_;
  int64_t pad_ = 0;
  bool keep_short_ = false;
};

absl::Status NGramsShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 1).status());
  MR_ASSIGN_OR_RETURN(PartialShape splits, c.WithRank(1, 1));
  c.set_output(0, PartialShape::UnknownOfRank(1));
  c.set_output(1, std::move(splits));
  return absl::OkStatus();
}

}  // namespace

absl::Status RegisterStringNgrams(Registry& r) {
  return r.Add(
      Op("StringNGrams")
          .Input("data: string")
          .Input("data_splits: Tsplits")
          .Output("ngrams: string")
          .Output("ngrams_splits: Tsplits")
          .Attr("separator: string")
          .Attr("ngram_widths: list(int) >= 0")
          .Attr("left_pad: string")
          .Attr("right_pad: string")
          .Attr("pad_width: int")
          .Attr("preserve_short_sequences: bool")
          .Attr("Tsplits: {int32, int64} = DT_INT64")
          .Doc("The n-grams of each row of tokens, for each width, with padding at the rows' ends.")
          .Shape(NGramsShape)
          .NotDifferentiable()
          .CpuFor<StringNGramsKernel, int32_t, int64_t>("Tsplits"));
}

}  // namespace millrace
