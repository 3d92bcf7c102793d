// MultiplyPanel for processors with AVX-512 VNNI.
#ifndef MILLRACE_MICRO_KERNELS_X86_PACKED_VNNI_H_
#define MILLRACE_MICRO_KERNELS_X86_PACKED_VNNI_H_

#include <cstdint>

#include "micro/kernels/x86/dots_vnni.h"
#include "micro/kernels/x86/packed.h"

namespace millrace::micro::x86 {

// REQUIRES: HasVnni().
void MultiplyPanelVnni(const Windows& vectors, const int16_t* panel, int32_t rows, int32_t* sums);

}  // namespace millrace::micro::x86

#endif  // MILLRACE_MICRO_KERNELS_X86_PACKED_VNNI_H_
