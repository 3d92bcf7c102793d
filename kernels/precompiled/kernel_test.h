// The same for their tests, which are compiled with other flags.
#ifndef MILLRACE_KERNELS_PRECOMPILED_KERNEL_TEST_H_
#define MILLRACE_KERNELS_PRECOMPILED_KERNEL_TEST_H_

#include "kernels/precompiled/kernel.h"
#include "kernels/testing/gradient_example.h"
#include "kernels/testing/op_test.h"
#include "third_party/precompiled/common_test.h"

#endif  // MILLRACE_KERNELS_PRECOMPILED_KERNEL_TEST_H_
