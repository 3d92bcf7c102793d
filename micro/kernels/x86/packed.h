// Products of a few vectors with weights that were packed for it: sixteen rows a panel, their
// elements two by two, so that the lanes of a product are rows. Pays when a panel meets some
// sixteen vectors; see dots.h for fewer.
#ifndef MILLRACE_MICRO_KERNELS_X86_PACKED_H_
#define MILLRACE_MICRO_KERNELS_X86_PACKED_H_

#include <cstdint>

#include "micro/kernels/x86/dots.h"

namespace millrace::micro::x86 {

constexpr int32_t kPanelRows = 16;
constexpr int32_t kHalfPanelRows = 8;
// At most this many vectors at once: with a whole panel, and with at most half of its rows.
constexpr int kPanelVectors = 4;
constexpr int kHalfPanelVectors = 8;

constexpr int PanelVectors(int32_t rows) {
  return rows <= kHalfPanelRows ? kHalfPanelVectors : kPanelVectors;
}

// Elements of panels at once: they stay in the second-level cache.
constexpr int32_t kPanelRoom = 64 << 10;

// Elements of a panel of rows of `depth` elements.
constexpr int32_t PanelSize(int32_t depth) { return (depth + 15) / 16 * 16 * kPanelRows; }
// The same without the zeros at its end: where another part may follow it.
constexpr int32_t PartSize(int32_t depth) { return (depth + 1) / 2 * 2 * kPanelRows; }

// Packs matrix.rows <= kPanelRows rows, less the zero point; those that are not there are 0. panel:
// PanelSize(depth) elements, aligned to 64.
void PackPanel(const Matrix& matrix, int16_t* panel);

// `count` vectors, each `stride` elements behind the one before it. A vector is one or more parts
// of `depth` elements, at offsets[0], offsets[1], ... from its beginning; the element behind a part
// of an odd depth is read too, whatever it is.
struct Windows {
  const int16_t* data;
  int count;
  int32_t stride;
  int32_t depth;
  const int32_t* offsets;
  int32_t parts;
};

// sums[v][row] = sum_d vectors[v][d] * (matrix[row][d] - zero_point), wrapping; kPanelRows sums a
// vector, of which those of `rows` count. panel: PartSize(depth) elements a part.
// vectors.count <= PanelVectors(rows).
void MultiplyPanel(const Windows& vectors, const int16_t* panel, int32_t rows, int32_t* sums);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_PACKED_H_
