// Computes nothing: a place where control edges meet. The executor knows the op and calls no kernel
// for it.
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"

namespace millrace {
namespace {

class NoOpKernel final : public Kernel {
 public:
  absl::Status Compute(KernelContext&) override { return absl::OkStatus(); }
  bool cheap() const override { return true; }
};

}  // namespace

absl::Status RegisterNoOp(Registry& r) {
  return r.Add(Op("NoOp")
                   .Doc("Does nothing. Only useful as a placeholder for control edges.")
                   .Shape(NoOutputs)
                   .NotDifferentiable()
                   .Cpu<NoOpKernel>());
}

}  // namespace millrace
