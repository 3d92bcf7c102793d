// HistogramSummary: how values are distributed.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/io/file_kernel.h"
#include "kernels/io/summary_values.h"
#include "protos/histogram.pb.h"

namespace millrace {
namespace {

// Right edges as TensorBoard's histograms have them: from 1e-12, growing by a tenth, on both sides
// of zero, and the largest double.
const std::vector<double>& BucketLimits() {
  static const std::vector<double>* const limits = [] {
    std::vector<double> positive;
    for (double limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push_back(limit);
    positive.push_back(std::numeric_limits<double>::max());
    auto* all = new std::vector<double>;
    for (auto it = positive.rbegin(); it != positive.rend(); ++it) all->push_back(-*it);
    all->push_back(0);
    all->insert(all->end(), positive.begin(), positive.end());
    return all;
  }();
  return *limits;
}

// Runs of empty buckets are kept as one.
void FillHistogram(const std::vector<double>& values, HistogramProto* out) {
  const std::vector<double>& limits = BucketLimits();
  std::vector<double> counts(limits.size(), 0);
  double min = limits.back(), max = -limits.back(), sum = 0, squares = 0;
  for (double v : values) {
    const size_t bucket = std::upper_bound(limits.begin(), limits.end() - 1, v) - limits.begin();
    ++counts[bucket];
    min = std::min(min, v);
    max = std::max(max, v);
    sum += v;
    squares += v * v;
  }
  out->set_min(min);
  out->set_max(max);
  out->set_num(static_cast<double>(values.size()));
  out->set_sum(sum);
  out->set_sum_squares(squares);
  for (size_t i = 0; i < counts.size();) {
    const double count = counts[i];
    double end = limits[i++];
    if (count == 0) {
      while (i < counts.size() && counts[i] == 0) end = limits[i++];
    }
    out->add_bucket_limit(end);
    out->add_bucket(count);
  }
  if (out->bucket_size() == 0) {
    out->add_bucket_limit(std::numeric_limits<double>::max());
    out->add_bucket(0);
  }
}

class HistogramSummaryKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const std::string tag, ScalarString(c, 0, "tag"));
    const std::vector<double> values = ElementsAsDoubles(c.input(1));
    for (double v : values) {
      if (!std::isfinite(v)) {
        return absl::InvalidArgumentError(
            absl::StrCat(std::isnan(v) ? "Nan" : "Infinity", " in summary histogram for: ", tag));
      }
    }
    Summary summary;
    auto* value = summary.add_value();
    value->set_tag(tag);
    FillHistogram(values, value->mutable_histo());
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }
};

absl::Status HistogramShape(ShapeContext& c) {
  MR_RETURN_IF_ERROR(c.WithRank(0, 0).status());
  return ScalarOutputs(c);
}

}  // namespace

absl::Status RegisterHistogramSummary(Registry& r) {
  return r.Add(Op("HistogramSummary")
                   .Input("tag: string")
                   .Input("values: T")
                   .Output("summary: string")
                   .Attr(absl::StrCat("T: ", kSummaryTypes, " = DT_FLOAT"))
                   .NotDifferentiable()
                   .Doc("A serialised Summary with a histogram of the values. INVALID_ARGUMENT, "
                        "naming the tag, for one that is not finite.")
                   .Shape(HistogramShape)
                   .Cpu<HistogramSummaryKernel>());
}

}  // namespace millrace
