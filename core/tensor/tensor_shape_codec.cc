// The half of tensor_codec.h that is about shapes.
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/tensor/tensor_codec.h"
#include "protos/tensor_shape.pb.h"

namespace millrace {

absl::StatusOr<PartialShape> PartialShapeFromProto(const TensorShapeProto& proto) {
  if (proto.unknown_rank()) {
    if (proto.dim_size() > 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "A shape of unknown rank must not have dimensions, but has ", proto.dim_size()));
    }
    return PartialShape::Unknown();
  }
  if (proto.dim_size() > Shape::kMaxRank) {
    return absl::InvalidArgumentError(absl::StrCat(
        "A shape of ", proto.dim_size(), " dimensions is over the limit of ", Shape::kMaxRank));
  }
  DimVector dims;
  for (const TensorShapeProto::Dim& dim : proto.dim()) dims.push_back(dim.size());
  return PartialShape::Create(dims);
}

absl::StatusOr<Shape> ShapeFromProto(const TensorShapeProto& proto) {
  absl::StatusOr<PartialShape> shape = PartialShapeFromProto(proto);
  if (!shape.ok()) return shape.status();
  if (!shape->fully_defined()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Shape ", shape->ToString(), " is not fully defined"));
  }
  return shape->ToShape();
}

void ShapeToProto(const PartialShape& shape, TensorShapeProto* proto) {
  proto->Clear();
  if (!shape.known_rank()) {
    proto->set_unknown_rank(true);
    return;
  }
  for (const int64_t dim : shape.dims()) proto->add_dim()->set_size(dim);
}

}  // namespace millrace
