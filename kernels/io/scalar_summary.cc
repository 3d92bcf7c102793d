// ScalarSummary: points of curves.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/io/summary_values.h"

namespace millrace {
namespace {

class ScalarSummaryKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    const Tensor& tags = c.input(0);
    // A vector of one and a scalar go together.
    if (tags.shape() != c.input(1).shape() &&
        (tags.num_elements() != 1 || c.input(1).num_elements() != 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("tags and values are not the same shape: ", tags.shape().ToString(), " vs. ",
                       c.input(1).shape().ToString()));
    }
    const std::vector<double> values = ElementsAsDoubles(c.input(1));
    Summary summary;
    for (size_t i = 0; i < values.size(); ++i) {
      auto* point = summary.add_value();
      point->set_tag(tags.data<std::string>()[i]);
      point->set_simple_value(static_cast<float>(values[i]));
    }
    c.set_output(0, SerialisedSummary(summary));
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status RegisterScalarSummary(Registry& r) {
  return r.Add(Op("ScalarSummary")
                   .Input("tags: string")
                   .Input("values: T")
                   .Output("summary: string")
                   .Attr(absl::StrCat("T: ", kSummaryTypes))
                   .NotDifferentiable()
                   .Doc("A serialised Summary with a point for each tag; tags and values have one "
                        "shape.")
                   .Shape(ScalarOutputs)
                   .Cpu<ScalarSummaryKernel>());
}

}  // namespace millrace
