#include "core/runtime/cpu_devices.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/random_id.h"
#include "core/base/thread_pool.h"

namespace millrace {

std::shared_ptr<DeviceSet> LocalCpuDevices(int count) {
  std::vector<std::unique_ptr<Device>> devices;
  for (int i = 0; i < std::max(count, 1); ++i) {
    DeviceName name;
    name.job = "localhost";
    name.replica = name.task = 0;
    name.type = "CPU";
    name.id = i;
    devices.push_back(NewCpuDevice(std::move(name), RandomId(), ComputePool()));
  }
  return std::make_shared<DeviceSet>(std::move(devices));
}

}  // namespace millrace
