// The devices of a process that is no task of a cluster.
#ifndef MILLRACE_CORE_RUNTIME_CPU_DEVICES_H_
#define MILLRACE_CORE_RUNTIME_CPU_DEVICES_H_

#include <memory>

#include "core/runtime/device.h"

namespace millrace {

// /job:localhost/replica:0/task:0/device:CPU:0 to CPU:count-1 (at least one), over the process's
// compute pool. Several of them share its cores: they are for programs that name them.
std::shared_ptr<DeviceSet> LocalCpuDevices(int count);

}  // namespace millrace

#endif  // MILLRACE_CORE_RUNTIME_CPU_DEVICES_H_
