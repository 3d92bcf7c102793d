// Assert: ends the step unless a condition holds.
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/debug/element_text.h"

namespace millrace {
namespace {

class AssertKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override { return c.GetAttr("summarize", &summarize_); }
  absl::Status Compute(KernelContext& c) override {
    const Tensor& condition = c.input(0);
    if (condition.rank() != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("In[0] should be a scalar: ", condition.shape().ToString()));
    }
    if (condition.scalar<bool>()) return absl::OkStatus();
    std::string message = "assertion failed:";
    for (int i = 1; i < c.num_inputs(); ++i)
      absl::StrAppend(&message, " [", ElementText(c.input(i), summarize_), "]");
    return absl::InvalidArgumentError(message);
  }

 private:
  int64_t summarize_ = 3;
};

}  // namespace

absl::Status RegisterAssert(Registry& r) {
  return r.Add(
      Op("Assert")
          .Input("condition: bool")
          .Input("data: T")
          .Attr("T: list(type) >= 1")
          .Attr("summarize: int = 3")
          .Stateful()
          .Doc("Ends the step with INVALID_ARGUMENT and the first elements of `data` unless the "
               "condition holds.")
          .Shape(NoOutputs)
          .NotDifferentiable()
          .Cpu<AssertKernel>());
}

}  // namespace millrace
