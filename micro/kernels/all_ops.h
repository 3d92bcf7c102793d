// Every op of micro/kernels, for hosts and tests. A device names the ops of its model instead.
#ifndef MILLRACE_MICRO_KERNELS_ALL_OPS_H_
#define MILLRACE_MICRO_KERNELS_ALL_OPS_H_

#include "micro/core/resolver.h"

namespace millrace::micro {

OpResolver AllOps();

}  // namespace millrace::micro

#endif  // MILLRACE_MICRO_KERNELS_ALL_OPS_H_
