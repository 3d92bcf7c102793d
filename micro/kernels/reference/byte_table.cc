#include "micro/kernels/loops/byte_table.h"

namespace millrace::micro {

void LookUpBytes(const uint8_t* table, const uint8_t* input, int32_t count, uint8_t* output) {
  for (int32_t i = 0; i < count; ++i) output[i] = table[input[i]];
}

}  // namespace millrace::micro
