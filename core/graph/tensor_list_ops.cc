#include "core/graph/tensor_list_ops.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace millrace {
namespace {

// A vector with -1 for unknown dimensions; the scalar -1 for an unknown rank.
Output ShapeInput(Builder& b, const PartialShape& shape) {
  if (!shape.known_rank()) return b.Scalar<int64_t>(-1);
  return b.Const(Tensor::Vector<int64_t>(shape.dims()));
}

}  // namespace

Output NewTensorList(Builder& b, DType type, const PartialShape& element_shape) {
  return b.Op1("EmptyTensorList", {ShapeInput(b, element_shape), b.Scalar<int32_t>(-1)},
               {{"element_dtype", type}, {"shape_type", DType::kInt64}});
}

Output PushBack(Builder& b, Output list, Output element, DType type) {
  return b.Op1("TensorListPushBack", {list, element}, {{"element_dtype", type}});
}

Outputs PopBack(Builder& b, Output list, DType type, const PartialShape& element_shape) {
  // The element's shape input is int32 whatever the list's own shape type.
  std::vector<int32_t> dims;
  if (element_shape.known_rank()) {
    for (const int64_t d : element_shape.dims()) {
      dims.push_back(d <= std::numeric_limits<int32_t>::max() ? static_cast<int32_t>(d) : -1);
    }
  }
  const Output shape = element_shape.known_rank() ? b.Ints(dims) : b.Scalar<int32_t>(-1);
  return b.Op("TensorListPopBack", {list, shape}, {{"element_dtype", type}});
}

}  // namespace millrace
