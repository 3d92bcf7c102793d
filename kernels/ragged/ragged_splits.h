// The splits of ragged tensors: one vector a ragged dimension, the outermost first; row i of a
// dimension is elements splits[i] up to splits[i + 1] of the next one, or of the values.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"

namespace millrace {

// INVALID_ARGUMENT unless inputs first .. first + levels - 1 are splits of `values` rows: vectors
// of int32 or int64 that begin with 0, do not decrease and end with how many rows there are below.
// Unless `whole`, they may also end before.
absl::Status CheckSplits(const KernelContext& c, int first, int levels, int64_t values,
                         bool whole = true);

}  // namespace millrace
