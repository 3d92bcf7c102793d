// What most kernels include, parsed once: the compiler reads this before every source of a kernel
// family. It holds only what each family depends on anyway.
#ifndef MILLRACE_KERNELS_PRECOMPILED_KERNEL_H_
#define MILLRACE_KERNELS_PRECOMPILED_KERNEL_H_

#include "core/base/status.h"
#include "core/base/thread_pool.h"
#include "core/graph/gradient.h"
#include "core/graph/op_schema.h"
#include "core/graph/registry.h"
#include "core/graph/shape_inference.h"
#include "core/runtime/kernel.h"
#include "core/tensor/tensor.h"
#include "third_party/precompiled/common.h"

#endif  // MILLRACE_KERNELS_PRECOMPILED_KERNEL_H_
