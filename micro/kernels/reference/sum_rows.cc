#include "micro/kernels/loops/sum_rows.h"

namespace millrace::micro {
namespace {

template <typename T, typename Sum>
void Run(const T* input, ptrdiff_t stride, int32_t rows, int32_t columns, Sum* sums) {
  for (int32_t r = 0; r < rows; ++r, input += stride) {
    for (int32_t c = 0; c < columns; ++c) sums[c] += input[c];
  }
}

}  // namespace

void SumRows(const float* input, ptrdiff_t stride, int32_t rows, int32_t columns, float* sums) {
  Run(input, stride, rows, columns, sums);
}

void SumRows(const int8_t* input, ptrdiff_t stride, int32_t rows, int32_t columns, int32_t* sums) {
  Run(input, stride, rows, columns, sums);
}

void SumEachRow(const float* input, int32_t rows, int32_t count, float* sums) {
  for (int32_t r = 0; r < rows; ++r, input += count) {
    float sum = 0.0f;
    for (int32_t i = 0; i < count; ++i) sum += input[i];
    sums[r] = sum;
  }
}

}  // namespace millrace::micro
