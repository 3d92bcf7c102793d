// ControlTrigger: a NoOp that also runs after dead inputs.
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class ControlTriggerKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext&) override { return absl::OkStatus(); }
  bool cheap() const override { return true; }
};

}  // namespace

absl::Status RegisterControlTrigger(Registry& r) {
  return r.Add(Op("ControlTrigger")
                   .Doc("Does nothing. Runs when its control inputs are there, dead or not.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<ControlTriggerKernel>());
}

}  // namespace millrace
