// Tensors whose values say where: axes, sizes, positions.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_INDICES_H_
#define MILLRACE_MICRO_KERNELS_COMMON_INDICES_H_

#include <cstdint>

#include "micro/core/tensor_view.h"

namespace millrace::micro {

inline bool IsIndexType(TensorType type) {
  return type == TensorType::kInt32 || type == TensorType::kInt64 || type == TensorType::kInt16 ||
         type == TensorType::kInt8;
}

// REQUIRES: IsIndexType, i < elements, the tensor has data.
inline int64_t IndexAt(const TensorView& tensor, int32_t i) {
  switch (tensor.type()) {
    case TensorType::kInt32:
      return tensor.data<int32_t>()[i];
    case TensorType::kInt64:
      return tensor.data<int64_t>()[i];
    case TensorType::kInt16:
      return tensor.data<int16_t>()[i];
    default:
      return tensor.data<int8_t>()[i];
  }
}

// While preparing: whether the tensor's values are there already, for good.
inline bool IsConstant(const TensorView& tensor) {
  return tensor.raw() != nullptr && !tensor.is_variable();
}

// -rank .. rank - 1, counted from the end when negative, to 0 .. rank - 1; -1 when out of range.
inline int ResolveAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) return -1;
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_INDICES_H_
