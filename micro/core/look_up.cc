#include "micro/core/look_up.h"

namespace millrace::micro {
namespace {

template <int kBytes>
bool LookUpValues(const LookUpTables& t, int32_t elements, uint8_t* output) {
  const uint8_t* indices = t.indices;
  const uint32_t mask = (1u << t.bits) - 1;
  uint32_t waiting = 0;
  int waiting_bits = 0;
  int32_t channel = 0, left = t.inner;
  const uint8_t* table = t.values;
  for (int32_t i = 0; i < elements; ++i, --left, output += kBytes) {
    if (left == 0) {
      left = t.inner;
      table += t.table_size * kBytes;
      if (++channel == t.channels) {
        channel = 0;
        table = t.values;
      }
    }
    if (waiting_bits < t.bits) {
      waiting = (waiting << 8) | *indices++;
      waiting_bits += 8;
    }
    waiting_bits -= t.bits;
    const auto index = static_cast<int32_t>((waiting >> waiting_bits) & mask);
    if (index >= t.table_size) return false;
    __builtin_memcpy(output, table + index * kBytes, kBytes);
  }
  return true;
}

}  // namespace

bool LookUp(const LookUpTables& tables, int value_bytes, int32_t elements, void* output) {
  auto* bytes = static_cast<uint8_t*>(output);
  switch (value_bytes) {
    case 1:
      return LookUpValues<1>(tables, elements, bytes);
    case 2:
      return LookUpValues<2>(tables, elements, bytes);
    case 4:
      return LookUpValues<4>(tables, elements, bytes);
    case 8:
      return LookUpValues<8>(tables, elements, bytes);
    default:
      return LookUpValues<16>(tables, elements, bytes);
  }
}

}  // namespace millrace::micro
