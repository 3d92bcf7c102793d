// Conversion between tensors and TensorProto (tensor.proto), and the small structs beside it.
#ifndef MILLRACE_CORE_TENSOR_TENSOR_CODEC_H_
#define MILLRACE_CORE_TENSOR_TENSOR_CODEC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/shape.h"
#include "core/tensor/tensor.h"

namespace millrace {

class TensorProto;       // protos/tensor.proto
class TensorShapeProto;  // protos/tensor_shape.proto

// Accepts tensor_content and the typed value fields, where a last value repeats to fill the shape.
// INVALID_ARGUMENT for an unknown dtype, a bad shape, more values than elements, or content of the
// wrong length; never allocates more than the shape asks for, and a shape too large for the
// message's data is filled only where the format allows it.
absl::StatusOr<Tensor> TensorFromProto(const TensorProto& proto);
// `compact`: repeated trailing values are left out, as TensorFlow's constant folding does for large
// splats.
absl::Status TensorToProto(const Tensor& tensor, TensorProto* proto, bool compact = false);

absl::StatusOr<PartialShape> PartialShapeFromProto(const TensorShapeProto& proto);
absl::StatusOr<Shape> ShapeFromProto(const TensorShapeProto& proto);
void ShapeToProto(const PartialShape& shape, TensorShapeProto* proto);

}  // namespace millrace

#endif  // MILLRACE_CORE_TENSOR_TENSOR_CODEC_H_
