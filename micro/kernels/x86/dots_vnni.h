// Dots for processors with AVX-512 VNNI.
#ifndef MILLRACE_MICRO_KERNELS_X86_DOTS_VNNI_H_
#define MILLRACE_MICRO_KERNELS_X86_DOTS_VNNI_H_

#include <cstdint>

#include "micro/kernels/x86/dots.h"

namespace millrace::micro::x86 {

// Whether processor and operating system have AVX-512 F, BW and VNNI.
bool HasVnni();

// Dots. REQUIRES: HasVnni().
void DotsVnni(const Vectors& vectors, const Matrix& matrix, int32_t* sums, int32_t sums_stride);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_DOTS_VNNI_H_
