// The paddings input [rank, 2] of Pad and MirrorPad.
#ifndef MILLRACE_KERNELS_ARRAY_PADDINGS_H_
#define MILLRACE_KERNELS_ARRAY_PADDINGS_H_

#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/shape_inference.h"
#include "core/tensor/tensor.h"

namespace millrace {

using Paddings = absl::InlinedVector<std::pair<int64_t, int64_t>, 4>;  // before, after

// INVALID_ARGUMENT unless `t` has shape [rank, 2] and no negative element.
absl::StatusOr<Paddings> PaddingsArg(const Tensor& t, int rank);
absl::StatusOr<Shape> PaddedShape(const Shape& shape, const Paddings& paddings);
// Output 0 from input 0 and the paddings in input 1.
absl::Status PadShape(ShapeContext& c);

}  // namespace millrace

#endif  // MILLRACE_KERNELS_ARRAY_PADDINGS_H_
