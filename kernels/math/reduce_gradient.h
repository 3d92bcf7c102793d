// What the gradients of reductions share.
#pragma once

#include "core/graph/builder.h"

namespace millrace {

// `value`, of the shape of the reduction of x over `axes`, with the reduced dimensions put back as
// dimensions of size 1.
Output RestoreReducedDims(Builder& b, Output value, Output x, Output axes, bool keep_dims);

}  // namespace millrace
