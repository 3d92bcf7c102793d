// Products of a few vectors with weights that were packed for it: sixteen rows a panel, their
// elements two by two, so that the lanes of a product are rows. Pays when a panel meets some
// sixteen vectors; see dots.h for fewer.
#ifndef MILLRACE_MICRO_KERNELS_X86_PACKED_H_
#define MILLRACE_MICRO_KERNELS_X86_PACKED_H_

#include <cstdint>

#include "micro/kernels/x86/dots.h"

namespace millrace::micro::x86 {

constexpr int32_t kPanelRows = 16;
constexpr int kPanelVectors = 4;  // at most this many vectors at once

// Elements of a panel of rows of `depth` elements.
constexpr int32_t PanelSize(int32_t depth) { return (depth + 15) / 16 * 16 * kPanelRows; }

// Packs matrix.rows <= kPanelRows rows, less the zero point; those that are not there are 0. panel:
// PanelSize(depth) elements, aligned to 64.
void PackPanel(const Matrix& matrix, int16_t* panel);

// sums[v][row] = sum_d vectors[v][d] * (matrix[row][d] - zero_point), wrapping; kPanelRows sums a
// vector. vectors.count <= kPanelVectors.
void MultiplyPanel(const Vectors& vectors, const int16_t* panel, int32_t depth, int32_t* sums);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_PACKED_H_
