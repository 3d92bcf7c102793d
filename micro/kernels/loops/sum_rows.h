// Sums of columns that lie side by side, and of rows.
#ifndef MILLRACE_MICRO_KERNELS_LOOPS_SUM_ROWS_H_
#define MILLRACE_MICRO_KERNELS_LOOPS_SUM_ROWS_H_

#include <cstddef>
#include <cstdint>

namespace millrace::micro {

// sums[c] += input[r * stride + c], r < rows, c < columns; of floats in the order of the rows.
void SumRows(const float* input, ptrdiff_t stride, int32_t rows, int32_t columns, float* sums);
void SumRows(const int8_t* input, ptrdiff_t stride, int32_t rows, int32_t columns, int32_t* sums);

// sums[r]: of the elements r * count .. r * count + count - 1, in order.
void SumEachRow(const float* input, int32_t rows, int32_t count, float* sums);

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_LOOPS_SUM_ROWS_H_
