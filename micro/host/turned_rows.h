// Dense float layers whose weights were laid out anew beforehand: blocks of rows lie column by
// column, so that lanes are rows and nothing is turned while computing. Results are the
// reference's bit for bit.
#ifndef MILLRACE_MICRO_HOST_TURNED_ROWS_H_
#define MILLRACE_MICRO_HOST_TURNED_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

constexpr int32_t kTurnedRows = 32;  // of a block; the last one has fewer

// Lays out a matrix [rows, depth] so, in place. scratch: room for as many floats as a block has.
void TurnRows(float* matrix, int32_t rows, int32_t depth, float* scratch);

// FullyConnectedLoop of such a filter.
void TurnedFullyConnected(const FullyConnectedFloat& p, const float* input, const float* filter,
                          const float* bias, float* output);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_TURNED_ROWS_H_
