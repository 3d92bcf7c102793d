#include "core/runtime/device.h"

#include <utility>

#include "core/base/random_id.h"
#include "core/base/thread_pool.h"
#include "core/graph/device_info.h"
#include "core/runtime/kernel.h"

namespace millrace {

Device::Device(DeviceName name, uint64_t incarnation)
    : name_(std::move(name)),
      full_name_(name_.ToString()),
      incarnation_(incarnation),
      resources_(std::make_unique<ResourceManager>(full_name_, incarnation)) {}

Allocator* Device::host_allocator() { return CpuAllocator(); }

absl::Status Device::Launch(Kernel& kernel, KernelContext& context) {
  return kernel.Compute(context);
}

void Device::CopyToHost(const Tensor& tensor, CopyDone done) { done(tensor); }

void Device::CopyFromHost(const Tensor& tensor, CopyDone done) { done(tensor); }

void Device::Sync(absl::AnyInvocable<void(absl::Status)> done) { done(absl::OkStatus()); }

DeviceSet::DeviceSet(std::vector<std::unique_ptr<Device>> devices) : devices_(std::move(devices)) {
  view_.reserve(devices_.size());
  for (const auto& device : devices_) view_.push_back(device.get());
}

std::shared_ptr<DeviceSet> DeviceSet::Local(absl::string_view job, int task) {
  DeviceName name;
  name.job = std::string(job);
  name.replica = 0;
  name.task = task;
  name.type = "CPU";
  name.id = 0;
  std::vector<std::unique_ptr<Device>> devices;
  devices.push_back(NewCpuDevice(std::move(name), RandomId(), ComputePool()));
  return std::make_shared<DeviceSet>(std::move(devices));
}

Device* DeviceSet::Find(absl::string_view full_name) const {
  for (Device* device : view_) {
    if (device->full_name() == full_name) return device;
  }
  return nullptr;
}

std::vector<DeviceInfo> DeviceSet::Infos() const {
  std::vector<DeviceInfo> infos;
  infos.reserve(view_.size());
  for (Device* device : view_) {
    infos.push_back({device->name(), device->full_name(), device->incarnation()});
  }
  return infos;
}

}  // namespace millrace
