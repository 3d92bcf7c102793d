// Random ops whose generator's state is a variable: int64 words, the counter's lower and upper half
// and the key.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/philox.h"
#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "kernels/array/int_args.h"
#include "kernels/random/random_kernels.h"

namespace millrace {

// The generator in the variable of input 0, which then moves on by `blocks` blocks, at once for all
// who use it. `algorithm` is input 1, a scalar. `state`, unless null: what the variable held.
// INVALID_ARGUMENT for an unknown algorithm and for a variable of another type or of too few words,
// UNIMPLEMENTED for ThreeFry.
absl::StatusOr<Philox> TakeFromVariable(KernelContext& c, uint64_t blocks, Tensor* state = nullptr);

// The same of a variable whose first word is the algorithm, as older graphs have them.
absl::StatusOr<Philox> TakeFromOldVariable(KernelContext& c, uint64_t blocks);

// (resource, algorithm, shape, extra...). Derive as random_kernels.h says.
template <typename F>
class VariableRandomKernel : public Kernel {
 public:
  absl::Status Compute(KernelContext& c) override {
    MR_ASSIGN_OR_RETURN(const Shape shape, ShapeArg(c.input(2), "shape"));
    // As TensorFlow does for n outputs of any distribution.
    const uint64_t blocks = static_cast<uint64_t>(shape.num_elements()) * 256;
    MR_ASSIGN_OR_RETURN(const Philox gen, TakeFromVariable(c, blocks));
    return FillOutput<F>(c, gen, 3, shape);
  }
};

// Output 0 has the shape in input 2; input 1 is a scalar.
absl::Status VariableRandomShape(ShapeContext& c);

}  // namespace millrace
