// Tensors continued by their own reflection at the borders, as MirrorPad does. `offset` is 1 where
// the border element is left out of the reflection (mode REFLECT), 0 where it is repeated
// (SYMMETRIC).
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/tensor/shape.h"
#include "kernels/array/paddings.h"

namespace millrace {

// INVALID_ARGUMENT if a padding is longer than what can be reflected.
absl::Status CheckReflection(const Shape& inner, const Paddings& paddings, int offset);

// For each index along a padded dimension the index inside it stands for.
std::vector<int64_t> Reflections(int64_t size, int64_t before, int64_t after, int offset);

}  // namespace millrace
