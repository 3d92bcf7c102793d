// Functions of one byte by a table.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_BYTE_TABLE_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_BYTE_TABLE_H_

#include <cstdint>

namespace millrace::micro {

// output[i] = table[input[i]], the table of 256; the output may be the input.
void LookUpBytes(const uint8_t* table, const uint8_t* input, int32_t count, uint8_t* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_BYTE_TABLE_H_
