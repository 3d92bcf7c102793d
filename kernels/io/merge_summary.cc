// MergeSummary: one Summary out of several.
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

class MergeSummaryKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    Summary merged;
    std::set<std::string> tags;
    for (int i = 0; i < c.num_inputs(); ++i) {
      for (const std::string& text : c.input(i).flat<std::string>()) {
        Summary summary;
        if (!summary.ParseFromString(text)) {
          return absl::InvalidArgumentError(
              "Could not parse one of the summary inputs to MergeSummary");
        }
        for (const auto& value : summary.value()) {
          if (!tags.insert(value.tag()).second) {
            return absl::InvalidArgumentError(
                absl::StrCat("Duplicate tag ", value.tag(), " found in summary inputs"));
          }
        }
        merged.MergeFrom(summary);
      }
    }
    c.set_output(0, SerialisedSummary(merged));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterMergeSummary(Registry& r) {
  return r.Add(Op("MergeSummary")
                   .Input("inputs: N * string")
                   .Output("summary: string")
                   .Attr("N: int >= 1")
                   .NotDifferentiable()
                   .Doc("All values of several serialised Summary messages in one. "
                        "INVALID_ARGUMENT if two have one tag.")
                   .Shape(ScalarOutputs)
                   .Cpu<MergeSummaryKernel>());
}

}  // namespace millrace
