// Abort: ends the step with an error.
#include <string>

#include "core/base/status.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

// TensorFlow's ends the process; here a graph can end its own step only.
class AbortKernel final : public Kernel {
 public:
  absl::Status Init(KernelConstruction& c) override {
    MR_RETURN_IF_ERROR(c.GetAttr("error_msg", &message_));
    return c.GetAttr("exit_without_error", &without_error_);
  }
  absl::Status Compute(KernelContext&) override {
    if (without_error_) return absl::CancelledError("Abort intentionally ended the step");
    return absl::AbortedError(message_);
  }

 private:
  std::string message_;
  bool without_error_ = false;
};

}  // namespace

absl::Status RegisterAbort(Registry& r) {
  return r.Add(Op("Abort")
                   .Attr("error_msg: string = ''")
                   .Attr("exit_without_error: bool = false")
                   .Doc("Ends the step with ABORTED and `error_msg`, or with CANCELLED.\n"
                        "TensorFlow's op of this name ends the process.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<AbortKernel>());
}

}  // namespace millrace
