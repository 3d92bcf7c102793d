// Signed 4-bit values, two a byte, the first in the low half.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_PACKED_INT4_H_
#define MILLRACE_MICRO_KERNELS_COMMON_PACKED_INT4_H_

#include <cstdint>

#include "micro/core/schema.h"

namespace millrace::micro {

inline int32_t UnpackInt4(const uint8_t* packed, int32_t i) {
  const int shift = i & 1 ? 0 : 4;
  return static_cast<int8_t>(packed[i >> 1] << shift) >> 4;
}

// Weights of int8 or packed int4, read one by one.
struct NarrowWeights {
  const uint8_t* bytes;
  bool is_int4;

  NarrowWeights(const void* data, TensorType type)
      : bytes(static_cast<const uint8_t*>(data)), is_int4(type == TensorType::kInt4) {}
  int32_t operator[](int32_t i) const {
    return is_int4 ? UnpackInt4(bytes, i) : static_cast<int8_t>(bytes[i]);
  }
};

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_PACKED_INT4_H_
