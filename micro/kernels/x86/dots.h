// Products of a few vectors with the rows of a matrix: what convolutions and dense layers come down
// to on a host. AVX2, and AVX-512 VNNI where the processor has it; weights are read where they lie.
#ifndef MILLRACE_MICRO_KERNELS_X86_DOTS_H_
#define MILLRACE_MICRO_KERNELS_X86_DOTS_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro::x86 {

// Vectors are this many at most.
constexpr int kMaxVectors = 3;
// A vector of so many elements is padded with zeros to this many.
constexpr int32_t Padded(int32_t depth) { return (depth + 31) / 32 * 32; }

// `count` vectors, one behind the other, each of `stride` elements with the padding.
struct Vectors {
  const int16_t* data;
  int count;
  int32_t stride;
};

// Rows of `depth` elements, `stride` apart; what lies before `end` may be read. Dots wants int8.
struct Matrix {
  const int8_t* data;
  const int8_t* end;
  int32_t rows;
  int32_t depth;
  ptrdiff_t stride;
  bool is_uint8 = false;   // elements are uint8
  int16_t zero_point = 0;  // of uint8
};

// sums[v][row] = sum_d vectors[v][d] * matrix[row][d], wrapping; sums has sums_stride elements a
// vector.
void Dots(const Vectors& vectors, const Matrix& matrix, int32_t* sums, int32_t sums_stride);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_DOTS_H_
