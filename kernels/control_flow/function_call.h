// What the kernels that call functions share.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/attr.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/child_step.h"
#include "core/runtime/kernel.h"
#include "core/runtime/plan.h"
#include "core/runtime/step.h"
#include "core/tensor/tensor.h"

namespace millrace {

// A function that a kernel calls. Its plan is made at the first call, so that recursion ends.
// Thread-safe after Init.
class Callee {
 public:
  // FAILED_PRECONDITION where functions cannot be called.
  absl::Status Init(KernelConstruction& c, FunctionRef function);
  // Valid as long as the FunctionRuntime, which outlives the kernel.
  absl::StatusOr<const Plan*> plan();

 private:
  FunctionRuntime* runtime_ = nullptr;
  FunctionRef function_;
  std::atomic<const Plan*> plan_{nullptr};
};

// The step that a callee sees: the caller's, one call deeper.
class CalleeStep : public ChildStep {
 public:
  explicit CalleeStep(StepContext* parent);
  // RESOURCE_EXHAUSTED if calls nest too deeply.
  absl::Status CheckDepth() const;
};

// Calls a function on the kernel's inputs from `first_input` on; its results become the kernel's
// outputs.
void CallFunction(Callee* callee, KernelContext& c, int first_input, AsyncKernel::Done done);

// Moves a function's results to the kernel's outputs. INTERNAL if they are too few.
absl::Status SetOutputs(std::vector<Tensor> results, KernelContext& c);

// The truth of a condition: a scalar's value (numbers: not zero, strings: not empty); a tensor of
// another rank is true if it has elements. INVALID_ARGUMENT for other types.
absl::StatusOr<bool> IsTrue(const Tensor& condition);

// Output shapes from attribute output_shapes; unknown where it is empty. INVALID_ARGUMENT if it is
// of another length.
absl::Status ShapesFromOutputShapes(ShapeContext& c);

}  // namespace millrace
