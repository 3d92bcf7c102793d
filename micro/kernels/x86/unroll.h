// Loops of a fixed small count, unrolled, so that arrays of accumulators are registers.
#ifndef MILLRACE_MICRO_KERNELS_X86_UNROLL_H_
#define MILLRACE_MICRO_KERNELS_X86_UNROLL_H_

#ifdef __clang__
#define MR_UNROLL _Pragma("unroll")
#else
#define MR_UNROLL _Pragma("GCC unroll 16")
#endif

#endif  // MILLRACE_MICRO_KERNELS_X86_UNROLL_H_
