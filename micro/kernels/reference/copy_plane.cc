#include "micro/kernels/loops/copy_plane.h"

namespace millrace::micro {

void CopyPlane(const Plane& p, int bytes) {
  const auto* source = static_cast<const uint8_t*>(p.source);
  auto* target = static_cast<uint8_t*>(p.target);
  for (int32_t r = 0; r < p.rows; ++r) {
    for (int32_t i = 0; i < p.count; ++i) {
      __builtin_memcpy(target + (r * p.to_row + i) * bytes,
                       source + (r * p.from_row + i * p.from) * bytes, static_cast<size_t>(bytes));
    }
  }
}

}  // namespace millrace::micro
