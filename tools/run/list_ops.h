// The ops that this library has kernels for.
#ifndef MILLRACE_TOOLS_RUN_LIST_OPS_H_
#define MILLRACE_TOOLS_RUN_LIST_OPS_H_

#include <string>

#include "core/graph/registry.h"

namespace millrace {

// One op a line, sorted by name: the name, a tab, and a list "device:dtype,dtype;device:..." of the
// types its kernels take on each device; a device alone where kernels take any type.
std::string ListOps(const Registry& registry);

}  // namespace millrace

#endif  // MILLRACE_TOOLS_RUN_LIST_OPS_H_
