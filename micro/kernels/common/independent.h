// Loops whose iterations do not depend on each other although the output may lie where an input
// does.
#ifndef MILLRACE_MICRO_KERNELS_COMMON_INDEPENDENT_H_
#define MILLRACE_MICRO_KERNELS_COMMON_INDEPENDENT_H_

// Before a for loop. What an iteration writes, only iterations before it have read: an output in
// place whose elements are not larger than the input's.
#ifdef __clang__
#define MR_INDEPENDENT
#else
#define MR_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace millrace::micro {

// Hosts have room for loops that repeat others for a case of their own (a stride of 1), which their
// compilers make wide ones.
constexpr bool kHasRoomForLoops = sizeof(void*) == 8;

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_COMMON_INDEPENDENT_H_
