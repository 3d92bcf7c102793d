// What ops that join tensors along a dimension have in common.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/shape.h"

namespace millrace {

// The shape that inputs first .. first+n-1 have together, joined along `axis`. INVALID_ARGUMENT
// where their other sizes differ. REQUIRES: 0 <= axis < the first one's rank.
absl::StatusOr<Shape> JoinedShape(const KernelContext& c, int first, int n, int axis);

// Part of a shape function: output 0 is inputs first .. first+n-1, joined along the axis in input
// axis_input.
absl::Status SetJoinedShape(ShapeContext& c, int axis_input, int first, int n);

}  // namespace millrace
