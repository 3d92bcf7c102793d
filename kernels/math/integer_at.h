// Elements of index tensors.
#pragma once

#include <cstdint>

#include "core/tensor/tensor.h"

namespace millrace {

// Element i of a tensor of int16, int32 or int64.
inline int64_t IntegerAt(const Tensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kInt16:
      return t.data<int16_t>()[i];
    case DType::kInt32:
      return t.data<int32_t>()[i];
    default:
      return t.data<int64_t>()[i];
  }
}

// Sets element i of a tensor of int32 or int64.
inline void SetIntegerAt(Tensor* t, int64_t i, int64_t value) {
  if (t->dtype() == DType::kInt32) {
    t->mutable_data<int32_t>()[i] = static_cast<int32_t>(value);
  } else {
    t->mutable_data<int64_t>()[i] = value;
  }
}

}  // namespace millrace
