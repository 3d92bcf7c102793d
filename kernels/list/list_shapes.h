// Shape functions of the list ops. A list is a scalar; its handle data says dtype and shape of the
// elements.
#pragma once

#include "core/base/status.h"
#include "core/graph/shape_inference.h"
#include "core/tensor/shape.h"

namespace millrace {

// Input i as an element shape; unknown rank where it is not known now.
inline absl::StatusOr<PartialShape> ElementShapeFrom(ShapeContext& c, int i) {
  if (c.input(i).known_rank() && c.input(i).rank() > 1) {
    return c.Error(i, "must be a vector or the scalar -1");
  }
  if (c.input(i).known_rank() && c.input(i).rank() == 0) return PartialShape::Unknown();
  return c.input_as_shape(i);
}

// What is known of the elements of the list in input i.
inline PartialShape ElementShapeOf(const ShapeContext& c, int i) {
  const HandleData* data = c.input_handle(i);
  return data != nullptr && data->size() == 1 ? (*data)[0].shape : PartialShape::Unknown();
}

inline void SetListOutput(ShapeContext& c, int o, DType dtype, PartialShape element_shape) {
  c.set_output(o, PartialShape::Scalar());
  c.set_output_handle(o, {{dtype, std::move(element_shape)}});
}

// Output 0: a new list of elements of the shape in input 0, attribute element_dtype.
inline absl::Status NewListShape(ShapeContext& c) {
  DType dtype = DType::kInvalid;
  MR_RETURN_IF_ERROR(c.GetAttr("element_dtype", &dtype));
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeFrom(c, 0));
  SetListOutput(c, 0, dtype, std::move(shape));
  return absl::OkStatus();
}

// Output 0: the list in input 0, changed.
inline absl::Status SameList(ShapeContext& c) {
  c.set_output(0, PartialShape::Scalar());
  if (const HandleData* data = c.input_handle(0)) c.set_output_handle(0, *data);
  return absl::OkStatus();
}

// Output o: an element of the list in input 0, of the shape in input s.
inline absl::Status ElementShapeOutput(ShapeContext& c, int s, int o) {
  MR_ASSIGN_OR_RETURN(PartialShape shape, ElementShapeFrom(c, s));
  MR_ASSIGN_OR_RETURN(shape, shape.MergeWith(ElementShapeOf(c, 0)));
  c.set_output(o, std::move(shape));
  return absl::OkStatus();
}

// `shape` with a first dimension of `size` before it.
inline PartialShape WithLeadingDim(int64_t size, const PartialShape& shape) {
  if (!shape.known_rank()) return shape;
  DimVector dims{size};
  dims.insert(dims.end(), shape.dims().begin(), shape.dims().end());
  absl::StatusOr<PartialShape> rows = PartialShape::Create(dims);
  return rows.ok() ? *rows : PartialShape::Unknown();
}

}  // namespace millrace
