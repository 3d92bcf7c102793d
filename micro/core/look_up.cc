#include "micro/core/look_up.h"

#include <cstddef>

namespace millrace::micro {
namespace {

template <int kBytes>
bool LookUpValues(const LookUpTables& t, int32_t elements, uint8_t* output) {
  // Copies: for all the compiler knows the output might be `t`.
  const uint8_t* indices = t.indices;
  const int bits = t.bits;
  const auto table_size = static_cast<uint32_t>(t.table_size);
  const ptrdiff_t run = ptrdiff_t{t.inner} * kBytes;
  uint32_t window = 0;  // bits not used yet, at the top
  int held = 0;
  int32_t channel = 0;
  const uint8_t* table = t.values;
  for (const uint8_t* const end = output + ptrdiff_t{elements} * kBytes; output != end;) {
    for (const uint8_t* const run_end = output + run; output != run_end; output += kBytes) {
      if (held < bits) {
        window |= static_cast<uint32_t>(*indices++) << (24 - held);
        held += 8;
      }
      const uint32_t index = window >> (32 - bits);
      window <<= bits;
      held -= bits;
      if (index >= table_size) return false;
      __builtin_memcpy(output, table + index * kBytes, kBytes);
    }
    table += ptrdiff_t{t.table_size} * kBytes;
    if (++channel == t.channels) {
      channel = 0;
      table = t.values;
    }
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
