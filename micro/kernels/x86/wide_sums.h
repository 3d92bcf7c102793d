// Products of words with int8 weights, exact: a word times a weight has 22 bits, so that sums of
// many of them want 64. They are made in parts that 32 bits hold.
#ifndef MILLRACE_MICRO_KERNELS_X86_WIDE_SUMS_H_
#define MILLRACE_MICRO_KERNELS_X86_WIDE_SUMS_H_

#include <cstdint>

#include "micro/kernels/x86/dots.h"
#include "micro/kernels/x86/packed.h"

namespace millrace::micro::x86 {

// As those of dots.h and packed.h.
void Dots(const Vectors& vectors, const Matrix& matrix, int64_t* sums, int32_t sums_stride);
void MultiplyPanel(const Windows& vectors, const int16_t* panel, int32_t rows, int64_t* sums);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_WIDE_SUMS_H_
