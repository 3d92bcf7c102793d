// Float layers whose weights were laid out anew beforehand: blocks of rows (outputs) lie column by
// column, so that lanes are rows and nothing is turned while computing.
#ifndef MILLRACE_MICRO_HOST_TURNED_ROWS_H_
#define MILLRACE_MICRO_HOST_TURNED_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "micro/kernels/loops/conv.h"
#include "micro/kernels/loops/fully_connected.h"

namespace millrace::micro {

constexpr int32_t kTurnedRows = 32;      // of a block of a dense layer; the last one has fewer
constexpr int32_t kTurnedChannels = 16;  // of a block of a convolution

// Lays out a matrix [rows, depth] so, in place, in blocks of `block` rows. scratch: room for as
// many floats as a block has.
void TurnRows(float* matrix, int32_t rows, int32_t depth, int32_t block, float* scratch);

// FullyConnectedLoop of a filter in blocks of kTurnedRows; the reference's results bit for bit.
void TurnedFullyConnected(const FullyConnectedFloat& p, const float* input, const float* filter,
                          const float* bias, float* output);

// ConvLoop of a filter of which each group's rows were turned, in blocks of kTurnedChannels; for
// its results see x86/float_panels.h.
// REQUIRES: TakesTurnedFilter.
void TurnedConv(const ConvFloat& p, const float* input, const float* filter, const float* bias,
                float* output);
// Elements of a row of its filter.
bool TakesTurnedFilter(int64_t depth);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_HOST_TURNED_ROWS_H_
