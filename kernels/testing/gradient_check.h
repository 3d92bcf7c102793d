// Compares the gradient of an op with finite differences.
#pragma once

#include "absl/status/status.h"
#include "core/graph/registry.h"
#include "core/runtime/device.h"
#include "kernels/testing/gradient_example.h"

namespace millrace {

// Takes the loss sum_i Re(conj(c_i) . y_i) with fixed random c_i of the example's outputs y, and
// compares its gradient by each element of the inputs, as AddGradients builds it, with central
// differences of the loss. INVALID_ARGUMENT, naming op, input, element and both numbers, if they
// differ; other errors are those of building or running. `registry` must hold `_Arg`, `_Retval` and
// what the gradients need.
absl::Status CheckGradient(const Registry& registry, Device* device,
                           const GradientExample& example);

}  // namespace millrace
