// DeviceInfo: what a graph's compilation knows of a device that nodes may be placed on.
#ifndef MILLRACE_CORE_GRAPH_DEVICE_INFO_H_
#define MILLRACE_CORE_GRAPH_DEVICE_INFO_H_

#include <cstdint>
#include <string>

#include "core/graph/device_name.h"

namespace millrace {

struct DeviceInfo {
  DeviceName name;        // full
  std::string full_name;  // name.ToString()
  uint64_t incarnation = 0;
  int priority = 0;  // of two devices of a task that could both take a node, the higher one does
};

}  // namespace millrace

#endif  // MILLRACE_CORE_GRAPH_DEVICE_INFO_H_
